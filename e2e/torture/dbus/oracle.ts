/** Decides what should be in Kafka: every change of a second slot, read by pg_recvlogical through test_decoding, as one line each. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeLine } from './compare.ts';

const SESSION =
  '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex';

/** Columns that make the key, by table; null = the table has none. */
export type Keys = Readonly<Record<string, readonly string[] | null>>;

export interface Oracle {
  /** The changes in the order of the log, up to and with the one that holds the text of the end. Ends the reader. */
  read(): Promise<ChangeLine[]>;
}

/** Begins to read the slot; runs beside the load, so that little is left to read at its end. */
export function startOracle(
  database: { url: string; slot: string },
  keys: Keys,
  wholeRows: ReadonlySet<string>,
  endText: string,
): Oracle {
  const child = spawn(
    'pg_recvlogical',
    [
      ['-d', database.url],
      ['--slot', database.slot],
      ['-o', 'include-xids=1'],
      ['-o', 'skip-empty-xacts=1'],
      ['--start', '--no-loop'],
      ['-f', '-'],
    ].flat(),
    { env: { ...process.env, PGOPTIONS: SESSION }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk;
  });
  const lines: ChangeLine[] = [];
  let isAtEnd = false;
  let xid = 0;
  let failure: unknown;
  const reader = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  reader.on('line', (line) => {
    try {
      const begin = /^BEGIN (\d+)$/.exec(line);
      if (begin !== null) xid = Number(begin[1]);
      else if (line.startsWith('table ') && !isAtEnd) {
        isAtEnd = line.includes(endText);
        lines.push(...changesOf(line, xid, keys, wholeRows));
      }
    } catch (error) {
      failure ??= error;
    }
  });
  return {
    async read() {
      while (!isAtEnd) {
        if (failure !== undefined) throw failure;
        if (child.exitCode !== null) throw new Error(`pg_recvlogical ended with ${child.exitCode}: ${complaint}`);
        await sleep(100);
      }
      child.kill('SIGINT');
      await exited;
      if (failure !== undefined) throw failure;
      return lines;
    },
  };
}

function changesOf(line: string, xid: number, keys: Keys, wholeRows: ReadonlySet<string>): ChangeLine[] {
  const found = /^table ([^.]+)\.([^:]+): (INSERT|UPDATE|DELETE|TRUNCATE): (.*)$/s.exec(line);
  if (found === null) throw new Error(`the oracle cannot read ${line}`);
  const [, schema, table, operation, rest] = found as unknown as [string, string, string, string, string];
  if (schema !== 'public') return [];
  if (operation === 'TRUNCATE') {
    return table.split(', public.').map((name) => ({ xid, table: name, operation: 't', row: '' }));
  }
  const key = keys[table];
  if (key === undefined) throw new Error(`the oracle does not know table ${table}`);
  if (operation === 'INSERT') return [{ xid, table, operation: 'i', row: rowText(readColumns(rest), false) }];
  if (operation === 'DELETE') return [{ xid, table, operation: 'd', row: rowText(readColumns(rest), true) }];
  const split = /^old-key: (.*) new-tuple: (.*)$/s.exec(rest);
  if (split === null) return [{ xid, table, operation: 'u', row: rowText(readColumns(rest), false) }];
  const old = readColumns(split[1]!);
  const row = readColumns(split[2]!);
  // The log tells the old value of an unchanged column only where the whole old row is in it (or it is part of the key).
  for (const [name, value] of row) {
    if (value === UNCHANGED && old.has(name)) row.set(name, old.get(name)!);
    else if (value === UNCHANGED && wholeRows.has(table)) row.set(name, null);
  }
  const isKeyChanged = (key ?? []).some((name) => old.get(name) !== row.get(name));
  if (!isKeyChanged) return [{ xid, table, operation: 'u', row: rowText(row, false) }];
  return [
    { xid, table, operation: 'd', row: rowText(old, true) },
    { xid, table, operation: 'i', row: rowText(row, false) },
  ];
}

const LONGEST_ROW_TEXT = 160;

export const UNCHANGED = Symbol('unchanged');
export type ColumnValue = string | null | typeof UNCHANGED;

/** `name=value` for each column; of a delete only what is told and not null, as the log itself does. */
export function rowText(columns: ReadonlyMap<string, ColumnValue>, isDelete: boolean): string {
  const texts: string[] = [];
  for (const [name, value] of columns) {
    if (isDelete && value === null) continue;
    texts.push(`${name}=${value === UNCHANGED ? '<unchanged>' : value === null ? '<null>' : JSON.stringify(value)}`);
  }
  const text = texts.join(' ');
  // Millions of rows are held for the comparison: a long one by its beginning and its digest.
  if (text.length <= LONGEST_ROW_TEXT) return text;
  return `${text.slice(0, LONGEST_ROW_TEXT / 2)}…${createHash('sha256').update(text).digest('base64')}`;
}

/** `id[bigint]:1 note[text]:'it''s' extra[text]:null` */
function readColumns(text: string): Map<string, ColumnValue> {
  const columns = new Map<string, ColumnValue>();
  let at = 0;
  while (at < text.length) {
    const head = /([a-z_0-9]+)\[[^\]]*(?:\[\])?\]:/y;
    head.lastIndex = at;
    const found = head.exec(text);
    if (found === null) throw new Error(`the oracle cannot read columns at ${text.slice(at, at + 80)}`);
    at = head.lastIndex;
    let value: ColumnValue;
    if (text[at] === "'") {
      let end = at + 1;
      while (text[end] !== "'" || text[end + 1] === "'") end += text[end] === "'" ? 2 : 1;
      value = text.slice(at + 1, end).replaceAll("''", "'");
      at = end + 1;
    } else {
      const end = text.indexOf(' ', at);
      const word = text.slice(at, end === -1 ? undefined : end);
      value = word === 'null' ? null : word === 'unchanged-toast-datum' ? UNCHANGED : word;
      at = end === -1 ? text.length : end;
    }
    columns.set(found[1]!, value);
    at++;
  }
  return columns;
}
