/** Decides how fresh a widget says it is: live up to a moment, loading, late, unknown, or failed, with a shape and a word. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../shell/hint.tsx';
import { formatDuration, formatMoment } from '../shell/numbers.ts';
import { Status, type StatusKind } from '../shell/status.tsx';
import { tableName } from '../shell/table-name.ts';

/** Behind the source by more than this is told as late, in milliseconds. */
const LATE = 60_000;

export interface FreshnessSummary {
  kind: StatusKind;
  word: 'fresh.live' | 'fresh.late' | 'fresh.loading' | 'fresh.unknown';
  /** Milliseconds behind now; undefined where no watermark is known. */
  behind: number | undefined;
}

/** The worst of the tables that a widget reads. */
export function summarise(freshness: readonly Freshness[], now: number): FreshnessSummary | undefined {
  if (freshness.length === 0) return undefined;
  if (freshness.some((each) => each.loading)) return { kind: 'paused', word: 'fresh.loading', behind: undefined };
  const marks = freshness.map((each) => (each.watermark === null ? undefined : Date.parse(each.watermark)));
  if (marks.some((mark) => mark === undefined)) return { kind: 'unknown', word: 'fresh.unknown', behind: undefined };
  const behind = Math.max(0, now - Math.min(...marks.map((mark) => mark ?? now)));
  return behind > LATE ? { kind: 'late', word: 'fresh.late', behind } : { kind: 'ok', word: 'fresh.live', behind };
}

export function FreshnessMark({
  freshness,
  failed = false,
  deaf = false,
  why,
}: {
  freshness: readonly Freshness[];
  /** Its last question had no answer: what it shows, or showed, is older. */
  failed?: boolean;
  /** Commits are not heard, or nobody answers: what it shows may be old, however old it is. */
  deaf?: boolean;
  /** Why it is not newer, in a sentence. */
  why?: string | undefined;
}): ReactNode {
  const { t, i18n } = useTranslation('widgets');
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const summary = summarise(freshness, Math.max(now, Date.now()));
  // Where no flow writes what it shows, nothing is told of it but that it may be old.
  if (summary === undefined && !deaf) return null;
  const word =
    summary === undefined
      ? ''
      : summary.kind === 'late' && summary.behind !== undefined
        ? t('fresh.behind', { time: formatDuration(summary.behind, i18n.language) })
        : t(summary.word);
  const lines = () => [
    ...(why === undefined ? [] : [<div key="why">{why}</div>]),
    ...freshness.map(({ sinkNamespace, watermark }) => {
      const upTo =
        watermark === null ? t('fresh.noWatermark') : t('fresh.upTo', { time: formatMoment(watermark, i18n.language) });
      return <div key={sinkNamespace}>{`${tableName(sinkNamespace)}: ${upTo}`}</div>;
    }),
  ];
  return (
    <Hint title={lines}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its hint is read from the keyboard as well */}
      <span className="widget-fresh" tabIndex={0}>
        {failed ? (
          <Status kind="broken" word={t('fresh.failed')} />
        ) : deaf || summary === undefined ? (
          <Status kind="late" word={t('fresh.old')} />
        ) : (
          <Status kind={summary.kind} word={word} />
        )}
      </span>
    </Hint>
  );
}
