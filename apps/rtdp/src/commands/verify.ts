/** The verb that proves a flow: has Wormhole compare source and sink row by row while both change, and names what differs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { TableVerification, VerificationView, WormholeClient } from '@rtdp/wormhole/client';
import type { Command } from 'commander';
import { placeName } from '../output/place-name.ts';
import { printDone, printRows, type Session } from '../session/session.ts';
import type { Act } from './act.ts';
import { countUpTo } from './count-option.ts';

interface VerifyFlags {
  table?: string;
  most: number;
}

const POLL_MS = 300;

export function verifyCommand(program: Command, act: Act): void {
  program
    .command('verify <flow>')
    .description(
      'compare source and sink by checksums while both change; exit code 0 only when they are equal, 2 when nothing differs but not everything was compared',
    )
    .option('--table <name>', 'only this sink table')
    .option('--most <number>', 'name at most this many rows a table', countUpTo(1_000), 20)
    .action((flow: string, { table, most }: VerifyFlags) =>
      act(async (session) => {
        const asked = { ...(table === undefined ? {} : { table }), mostDifferences: most };
        const verification = await verified(session.wormhole, flow, asked);
        if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
        printVerification(session, verification);
        process.exitCode = exitCodeOf(verification);
      }),
    );
}

/** Whoever interrupts it here ends it there too. @throws why it failed, RTDP_VERIFICATION_ENDED */
async function verified(
  wormhole: WormholeClient,
  flow: string,
  asked: Parameters<WormholeClient['verify']>[1],
): Promise<VerificationView> {
  let view: VerificationView | null = await wormhole.verify(flow, asked);
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    while (view?.state === 'running') {
      if (process.stderr.isTTY && view.progress !== null) showProgress(view.progress);
      await sleep(POLL_MS, undefined, { signal: interrupted.signal }).catch(() => wormhole.cancelVerification(flow));
      view = await wormhole.newestVerification(flow);
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
  if (view?.state === 'done') return view;
  if (view?.reason) throw new RtdpError({ ...view.reason, facts: { flow } });
  throw new RtdpError({
    code: 'RTDP_VERIFICATION_ENDED',
    message: `the verification of ${flow} ended before it was done: it was cancelled`,
    next: `Begin it again: ${typedCommand(`verify ${flow}`)}`,
    facts: { flow },
  });
}

function exitCodeOf({ equal, tables }: VerificationView): number {
  if (equal) return 0;
  return tables.some(({ verdict }) => UNEQUAL.includes(verdict)) ? 1 : 2;
}

const UNEQUAL: readonly TableVerification['verdict'][] = ['different', 'undecided', 'failed'];

const KINDS: Readonly<Record<string, string>> = {
  missing: 'is missing in the sink',
  extra: 'is in the sink, but not in the source',
};

function showProgress({ source, rows, estimatedRows }: { source: string; rows: number; estimatedRows: number }): void {
  process.stderr.write(`\r\u001b[K${placeName(source)}: ${rows} of about ${Math.max(rows, estimatedRows)} rows`);
}

function printVerification(session: Session, verification: VerificationView): void {
  if (session.json) {
    printDone(session, verification, '');
    return;
  }
  printRows(
    session,
    verification.tables,
    [
      { title: 'source', value: ({ source }) => placeName(source) },
      { title: 'sink table', value: ({ sink }) => sink },
      { title: 'verdict', value: ({ verdict }) => verdict },
      { title: 'source rows', value: ({ comparison }) => comparison?.sourceRows, align: 'right' },
      { title: 'sink rows', value: ({ comparison }) => comparison?.sinkRows, align: 'right' },
      { title: 'differences', value: ({ comparison }) => differenceText(comparison), align: 'right' },
      { title: 'notes', value: ({ notes }) => notes.join('; ') },
    ],
    `The flow has no table to compare yet; "${typedCommand(`flow show ${verification.flow}`)}" says what it waits for.`,
  );
  const compared = verification.tables.filter(({ comparison }) => comparison !== null).length;
  if (compared < verification.tables.length) {
    session.print(`Compared: ${compared} of ${verification.tables.length} tables; the notes say why not the others.\n`);
  }
  if (verification.tables.some(({ verdict, comparison }) => verdict === 'equal' && isCountedApart(comparison))) {
    session.print(
      'Where counts differ beside "equal", rows came between the two counts; each row that differed was looked at again.\n',
    );
  }
  for (const { sink, comparison } of verification.tables) {
    for (const { key, kind, columns } of comparison?.differences ?? []) {
      const where = Object.entries(key).map(([name, value]) => `${name}=${value}`);
      const what =
        kind === 'different'
          ? columns
              .map((each) => `${each.column} is ${shown(each.source)} in the source, ${shown(each.sink)} in the sink`)
              .join(', ')
          : (KINDS[kind] ?? kind);
      session.print(`${sink} ${where.join(' ')}  ${what}\n`);
    }
    for (const key of comparison?.undecided ?? []) {
      session.print(
        `${sink} ${Object.entries(key)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')}  changes too often to be judged\n`,
      );
    }
  }
  if (verification.tables.some(({ verdict }) => verdict === 'different')) {
    session.print(
      `A full pull brings the source's rows again: ${typedCommand(`flow pull ${verification.flow}`)}. Look for dead letters too: ${typedCommand(`dead-letters list ${verification.flow}`)}\n`,
    );
  }
}

function isCountedApart(comparison: TableVerification['comparison']): boolean {
  return comparison !== null && comparison.sourceRows !== comparison.sinkRows;
}

function differenceText(comparison: TableVerification['comparison']): string | undefined {
  return comparison === null ? undefined : `${comparison.differences.length}${comparison.more ? ' and more' : ''}`;
}

function shown(value: string | null): string {
  if (value === null) return 'NULL';
  return value.length > 60 ? `${value.slice(0, 57)}…` : value;
}
