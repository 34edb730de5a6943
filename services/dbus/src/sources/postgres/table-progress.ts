/** Decides how far each captured table is, and what a source's health says of those that stopped by themselves. Pure. */
import { typedCommand } from '@rtdp/service/typed-command';
import type { Sequencer, SourceStream, TableName } from '../../pipeline/contract.ts';
import { tableKey } from '../../pipeline/schema-ledger.ts';
import type { TableProgress } from '../contract.ts';

export function tableProgress(
  captured: readonly TableName[],
  { figures, tableFigures, sequencer }: Pick<SourceStream, 'figures' | 'tableFigures' | 'sequencer'>,
): TableProgress[] {
  return captured.map(({ schema, table }) => {
    const own = tableFigures.get(tableKey({ schema, table }));
    const stopped = sequencer.currentSchema({ schema, table })?.stopped ?? false;
    const published = own?.publishedCommitMillis ?? 0;
    return {
      schema,
      table,
      rows: own?.rows ?? 0,
      deadLetters: own?.deadLetters ?? 0,
      stopped,
      // A quiet table is no further behind than its source, whose heartbeats say how far everything is; what a stopped one
      // is not told of, they pass.
      reachedMillis: stopped ? published : Math.max(published, figures.publishedCommitMillis),
    };
  });
}

/** Why no pull of the table begins now, if so: what a stopped one is not told of until it is resumed would come neither with the pull nor after it. */
export function unreadable(
  sequencer: Pick<Sequencer, 'isAttached' | 'currentSchema'>,
  table: TableName,
): { yes: false; because: string } | undefined {
  if (!sequencer.isAttached()) return { yes: false, because: 'the stream of the source connects' };
  if (sequencer.currentSchema(table)?.stopped !== true) return undefined;
  return { yes: false, because: 'the table stopped by itself, and is read once it is resumed' };
}

/** null while none is stopped. */
export function stoppedAlarm(
  source: string,
  tables: readonly TableProgress[],
): { status: 'degraded'; detail: string } | null {
  const stopped = tables.filter((table) => table.stopped);
  const [first] = stopped;
  if (first === undefined) return null;
  const name = tableKey(first);
  const more = stopped.length === 1 ? '' : ` ${stopped.length - 1} more tables are stopped too.`;
  return {
    status: 'degraded',
    detail: `${name} stopped by itself: too many of its rows failed one after the other, and its changes are passed over since. Why they failed: ${typedCommand(`source dead-letters ${source}`)} Mend that, then let it go on, read in full: ${typedCommand(`source resume-table ${source} ${name}`)}${more}`,
  };
}
