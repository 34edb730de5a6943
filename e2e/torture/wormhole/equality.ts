/** Decides whether source and sink hold the same: count and checksum of each table's own columns, as Postgres prints them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { TABLES } from './load.ts';

export interface Difference {
  table: string;
  source: string;
  sink: string;
}

/** Asks until nothing differs; what differs at the end otherwise. */
export async function untilEqual(
  source: pg.Pool,
  sink: pg.Pool,
  schema: string,
  milliseconds: number,
): Promise<Difference[]> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const differences = await compare(source, sink, schema).catch((error: unknown) => [
      { table: '*', source: '', sink: error instanceof Error ? error.message : String(error) },
    ]);
    if (differences.length === 0 || Date.now() > end) return differences;
    await sleep(500);
  }
}

async function compare(source: pg.Pool, sink: pg.Pool, schema: string): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const [table, columns] of Object.entries(TABLES)) {
    const [inSource, inSink] = await Promise.all([
      checksum(source, `public.${table}`, columns),
      checksum(sink, `${schema}.${table}`, columns),
    ]);
    if (inSource !== inSink) differences.push({ table, source: inSource, sink: inSink });
  }
  return differences;
}

async function checksum(pool: pg.Pool, table: string, columns: string): Promise<string> {
  const { rows } = await pool.query<{ rows: string; sum: string }>(
    `select count(*)::text as rows, coalesce(sum(hashtextextended(row(${columns})::text, 0)), 0)::text as sum from ${table}`,
  );
  return `${rows[0]?.rows} rows, sum ${rows[0]?.sum}`;
}

/** Some keys that differ, for the person who has to find out why. */
export async function nameDifferences(
  source: pg.Pool,
  sink: pg.Pool,
  schema: string,
  table: string,
): Promise<string[]> {
  const columns = TABLES[table as keyof typeof TABLES];
  if (columns === undefined) return [];
  const read = async (pool: pg.Pool, name: string, more: string) =>
    new Map(
      (
        await pool.query<{ text: string; more: string }>(
          `select row(${columns})::text as text, ${more}::text as more from ${name}`,
        )
      ).rows.map((row) => [row.text, row.more]),
    );
  const [inSource, inSink] = await Promise.all([
    read(source, `public.${table}`, "''"),
    read(sink, `${schema}.${table}`, 'ums_id_'),
  ]);
  const shown = (text: string): string => text.slice(0, 200);
  const missing = [...inSource.keys()]
    .filter((text) => !inSink.has(text))
    .map((text) => `only in source: ${shown(text)}`);
  const extra = [...inSink]
    .filter(([text]) => !inSource.has(text))
    .map(([text, id]) => `only in sink: ${shown(text)} (id ${id})`);
  return [...missing.slice(0, 10), ...extra.slice(0, 10)];
}
