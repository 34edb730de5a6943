/** Shows whether commits reach this page, and whether its widgets have what they ask for, up to the present: green only where all is so. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Stale } from '../../shell/states.tsx';
import { Status, type StatusKind } from '../../shell/status.tsx';
import { type PageAnswers, usePageAnswers } from './page-answers.ts';
import type { Live } from './use-live.ts';

/** What a page says of itself; its words are `live.<word>`. */
export interface PageState {
  kind: StatusKind;
  word: 'connecting' | 'live' | 'old' | 'refused' | 'failing' | 'partly' | 'loading' | 'behind';
}

/** The worst that is true; the widgets of a stream that stands count, too. Pure. */
export function pageState({ state, stale }: Pick<Live, 'state' | 'stale'>, answers: PageAnswers): PageState {
  const { asked, failed, waiting, old, late } = answers;
  if (state?.is === 'refused') return { kind: 'broken', word: 'refused' };
  if (state?.is === 'lost') return { kind: 'late', word: 'old' };
  if (asked > 0 && failed === asked) return { kind: 'broken', word: 'failing' };
  if (failed > 0) return { kind: 'late', word: 'partly' };
  if (state === undefined || state.is === 'connecting') return { kind: 'unknown', word: 'connecting' };
  if (stale !== undefined || old > 0) return { kind: 'late', word: 'old' };
  if (late > 0) return { kind: 'late', word: 'behind' };
  if (asked > 0 && waiting === asked) return { kind: 'unknown', word: 'loading' };
  return { kind: 'ok', word: 'live' };
}

/** Whether commits are not heard, so that what is shown may be old. */
export function isDeaf({ state, stale }: Pick<Live, 'state' | 'stale'>): boolean {
  return state?.is === 'lost' || state?.is === 'refused' || stale !== undefined;
}

export function LiveMark({ live, on }: { live: Live; on: boolean }): ReactNode {
  const { t } = useTranslation('dashboards');
  const answers = usePageAnswers(live.freshness);
  if (!on) return <Status tag kind="paused" word={t('live.manual')} why={t('live.manualWhy')} />;
  const { kind, word } = pageState(live, answers);
  const { asked, failed } = answers;
  const why =
    live.state !== undefined && 'why' in live.state
      ? live.state.why
      : word === 'connecting'
        ? undefined
        : word === 'old' && live.stale !== undefined
          ? live.stale
          : t(`live.${word}Why`);
  const told = t(`live.${word}`, { asked, failed });
  return <Status tag kind={kind} word={told} {...(why === undefined ? {} : { why })} />;
}

/** A sentence over what may be old; nothing where commits are heard. */
export function LiveNote({ live }: { live: Live }): ReactNode {
  const { t } = useTranslation('dashboards');
  const { state, stale } = live;
  if (state?.is === 'lost' || state?.is === 'refused') {
    const since = new Date(state.since).toISOString();
    return <Stale since={since} why={t('live.lostNote')} recovering={state.is === 'lost'} />;
  }
  return stale === undefined ? null : <Stale why={stale} recovering />;
}
