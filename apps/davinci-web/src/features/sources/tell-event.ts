/** Decides how what happened to a source is told: in the reader's words where its kind and facts say all of it, else in its own sentence. Pure. */
import type { eventSchema } from '@rtdp/dbus/client';
import type { TFunction } from 'i18next';
import type { z } from 'zod';
import { formatNumber } from '../../shell/numbers.ts';
import type { Tell } from '../../shell/use-tell.ts';

export type SourceEvent = z.output<typeof eventSchema>;

/** Kinds of which the name of the source says the rest, and those of a table. Others carry a reason, and are told as services' sentences are. */
const OF_SOURCE = new Set(['registered', 'start', 'pause', 'stop', 'stream-resumed']);
const OF_TABLE = new Set(['table-added', 'table-removed', 'table-changed', 'pull-paused', 'pull-cancelled']);

/** `t` finds the words of the sources, `tell` those for a sentence of a service. */
export function tellEvent(
  { kind, sentence, facts }: Pick<SourceEvent, 'kind' | 'sentence' | 'facts'>,
  name: string,
  language: string,
  t: TFunction<'console-sources'>,
  tell: Tell,
): string {
  if (OF_SOURCE.has(kind)) return t(`history.event.${kind}`, { name });
  const { schema, table, rows, version, compatible } = facts;
  if (typeof schema !== 'string' || typeof table !== 'string') return tell(sentence);
  const about = `${schema}.${table}`;
  if (OF_TABLE.has(kind)) return t(`history.event.${kind}`, { table: about });
  if (kind === 'pull-done' && typeof rows === 'number') {
    return t('history.event.pull-done', { table: about, count: rows, rows: formatNumber(rows, language) });
  }
  if (kind === 'schema-changed' && typeof version === 'number') {
    return t(`history.event.${compatible === true ? 'compatible' : 'incompatible'}`, { table: about, version });
  }
  const why = (facts.reason as { message?: unknown } | null | undefined)?.message;
  if (kind === 'pull-failed' && typeof why === 'string') {
    return t('history.event.pull-failed', { table: about, reason: tell(why).replace(/[。.]$/, '') });
  }
  return tell(sentence);
}
