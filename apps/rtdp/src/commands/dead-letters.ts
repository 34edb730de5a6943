/** The verbs on dead letters: what could not be stored, why, and how to bring it in after mending. */

import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { WormholeClient } from '@rtdp/wormhole/client';
import type { Command } from 'commander';
import { renderJson, renderTable } from '../output/table.ts';
import { printDone, printRows, type Session } from '../session/session.ts';
import type { Act } from './act.ts';
import { countUpTo } from './count-option.ts';

type DeadLetter = Awaited<ReturnType<WormholeClient['getDeadLetter']>>;

export function deadLetterCommands(program: Command, act: Act): void {
  const letters = program
    .command('dead-letters')
    .description('rows that could not be stored, kept with their raw message');

  letters
    .command('list <flow>')
    .description('open dead letters of a flow, newest first')
    .option('--all', 'replayed and discarded ones too')
    .option('--limit <number>', 'at most this many', countUpTo(1_000), 50)
    .action((flow: string, options: { all?: boolean; limit: number }) =>
      act(async (session) => {
        const rows = await session.wormhole.listDeadLetters(flow, {
          ...(options.all === true ? {} : { status: 'open' }),
          limit: options.limit,
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
            { title: 'status', value: ({ status, edited }) => (edited === null ? status : `${status}, edited`) },
            { title: 'why', value: ({ reason }) => reason.message },
          ],
          'No dead letters.',
        );
      }),
    );

  letters
    .command('show <flow> <id>')
    .description('one dead letter: why, its row, and the tuple to edit')
    .option('--raw', 'the whole message it came in, as it was on Kafka')
    .action((flow: string, id: string, options: { raw?: boolean }) =>
      act(async (session) => {
        const letter = await session.wormhole.getDeadLetter(flow, id);
        const raw = Buffer.from(letter.raw, 'base64').toString('utf8');
        if (session.json) session.print(renderJson(letter));
        else if (options.raw === true) session.print(`${raw}\n`);
        else printLetter(session, flow, letter);
      }),
    );

  letters
    .command('edit <flow> <id> <tuple>')
    .description('replace the row that a replay uses, as a JSON array; "null" takes the edit back')
    .action((flow: string, id: string, tuple: string) =>
      act(async (session) => {
        const view = await session.wormhole.editDeadLetter(flow, id, readTuple(tuple));
        const done = readTuple(tuple) === null ? 'as it came again' : 'edited';
        printDone(
          session,
          view,
          `Dead letter ${id} is ${done}; replay it with: ${typedCommand(`dead-letters replay ${flow} ${id}`)}\n` +
            'The source keeps its own value, which a later change or pull of this row brings: correct it there too.',
        );
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
  if (!results.some(({ status }) => status === 'open')) return;
  process.exitCode = 1;
  if (!session.json) {
    session.print(
      `What is still open was refused again. Correct the sink, or the row with "${typedCommand('dead-letters edit')}", and replay it.\n`,
    );
  }
}

function printLetter(session: Session, flow: string, letter: DeadLetter): void {
  const { id, schema, table, reason, fields } = letter;
  const row = Array.isArray(letter.edited) ? letter.edited : letter.tuple;
  session.print(
    `Dead letter ${id} of ${schema}.${table}: ${letter.status}${letter.edited === null ? '' : ', edited'}\n`,
  );
  session.print(`${reason.code}: ${reason.message}\n`);
  if (typeof reason.facts?.detail === 'string') session.print(`${reason.facts.detail}\n`);
  session.print(`${reason.next}\n\n`);
  if (Array.isArray(row) && fields !== null) {
    session.print(
      renderTable(
        fields.map((field, at) => ({ field, value: row[at] })),
        [
          { title: 'column', value: ({ field }) => field.name },
          { title: 'type', value: ({ field }) => field.sourceType ?? field.type },
          { title: 'value', value: ({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)) },
        ],
        'no columns',
      ),
    );
    session.print(
      `\nTo correct it: ${typedCommand(`dead-letters edit ${flow} ${id}`)} '${JSON.stringify(row).replaceAll("'", "'\\''")}'\n`,
    );
  }
  session.print(`The whole message: ${typedCommand(`dead-letters show ${flow} ${id} --raw`)}\n`);
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
    next: `Give the whole tuple as "${typedCommand('dead-letters show')}" prints it, with the value corrected.`,
  });
}
