/** Shows whether commits reach this page. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../../shell/status.tsx';
import type { Live } from './use-live.ts';

export function LiveMark({ live, on }: { live: Live; on: boolean }): ReactNode {
  const { t } = useTranslation('dashboards');
  if (!on) return <Status tag kind="paused" word={t('live.manual')} why={t('live.manualWhy')} />;
  const { state } = live;
  if (state === undefined || state.is === 'connecting')
    return <Status tag kind="unknown" word={t('live.connecting')} />;
  if (!('why' in state)) return <Status tag kind="ok" word={t('live.live')} why={t('live.liveWhy')} />;
  return <Status tag kind={state.is === 'lost' ? 'late' : 'broken'} word={t(`live.${state.is}`)} why={state.why} />;
}
