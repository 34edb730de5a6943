/** The verbs on dead letters: what could not be stored, why, and how to bring it in after mending. */

import { RtdpError } from '@rtdp/ums/error';
import type { Command } from 'commander';
import { renderJson } from '../output/table.ts';
import { printDone, printRows } from '../session/session.ts';
import type { Act } from './act.ts';

export function deadLetterCommands(program: Command, act: Act): void {
  const letters = program
    .command('dead-letters')
    .description('rows that could not be stored, kept with their raw message');

  letters
    .command('list <flow>')
    .description('open dead letters of a flow, newest first')
    .option('--all', 'replayed and discarded ones too')
    .option('--limit <number>', 'at most this many', '50')
    .action((flow: string, options: { all?: boolean; limit: string }) =>
      act(async (session) => {
        const rows = await session.wormhole.listDeadLetters(flow, {
          ...(options.all === true ? {} : { status: 'open' }),
          limit: Number(options.limit),
        });
        printRows(
          session,
          rows,
          [
            { title: 'id', value: ({ id }) => id },
            { title: 'sink table', value: ({ schema, table }) => `${schema}.${table}` },
            { title: 'ums_id_', value: ({ umsId }) => umsId },
            { title: 'op', value: ({ operation }) => operation },
            { title: 'step', value: ({ step }) => step },
            { title: 'status', value: ({ status }) => status },
            { title: 'why', value: ({ reason }) => reason.message },
          ],
          'No dead letters.',
        );
      }),
    );

  letters
    .command('show <flow> <id>')
    .description('one dead letter with its row and the raw message')
    .action((flow: string, id: string) =>
      act(async (session) => {
        const { raw, ...letter } = await session.wormhole.getDeadLetter(flow, id);
        session.print(renderJson(session.json ? { ...letter, raw } : letter));
        if (!session.json) session.print(`${Buffer.from(raw, 'base64').toString('utf8')}\n`);
      }),
    );

  letters
    .command('edit <flow> <id> <tuple>')
    .description('replace the row that a replay uses, as a JSON array; "null" takes the edit back')
    .action((flow: string, id: string, tuple: string) =>
      act(async (session) => {
        const view = await session.wormhole.editDeadLetter(flow, id, readTuple(tuple));
        printDone(session, view, `Dead letter ${id} is edited; replay it with: rtdp dead-letters replay ${flow} ${id}`);
      }),
    );

  letters
    .command('replay <flow> [ids...]')
    .description('store them again under their own ids (all open ones when no id is given)')
    .action((flow: string, ids: string[]) =>
      act(async (session) =>
        printResults(session, await session.wormhole.replay(flow, ids.length === 0 ? 'all' : ids)),
      ),
    );

  letters
    .command('discard <flow> <ids...>')
    .description('give up on them; they stay listed with --all')
    .action((flow: string, ids: string[]) =>
      act(async (session) => printResults(session, await session.wormhole.discard(flow, ids))),
    );
}

function printResults(
  session: Parameters<typeof printRows>[0],
  { results }: { results: { id: string; status: string; reason: { message: string } | null }[] },
): void {
  printRows(
    session,
    results,
    [
      { title: 'id', value: ({ id }) => id },
      { title: 'status', value: ({ status }) => status },
      { title: 'why', value: ({ reason }) => reason?.message },
    ],
    'No open dead letters.',
  );
  if (results.some(({ status }) => status === 'open')) process.exitCode = 1;
}

function readTuple(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || Array.isArray(value)) return value;
  } catch {
    // Said below in the same words as for JSON that is not an array.
  }
  throw new RtdpError({
    code: 'RTDP_USAGE',
    message: `${text} is not a JSON array`,
    next: 'Give the whole tuple as "rtdp dead-letters show" prints it, with the value corrected.',
  });
}
