/** Decides how the state of a source is told in one word. */
import type { SourceView } from '@rtdp/dbus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../../shell/status.tsx';
import { sourceStatus } from '../console/statuses.ts';
import { tellDetail } from '../console/tell-detail.ts';

export function SourceState({ source, tag }: { source: SourceView; tag?: boolean }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { t: consoleWords } = useTranslation('console');
  const kind = sourceStatus(source);
  const word = source.state === 'running' && kind !== 'ok' ? t(`runningBut.${kind}`) : t(`state.${source.state}`);
  const why = tellDetail(source.health.detail, consoleWords) || source.reason?.message;
  return <Status kind={kind} word={word} {...(why ? { why } : {})} {...(tag ? { tag } : {})} />;
}
