/**
 * Measures the gateway beside Postgres itself: a row by its key through REST and the Postgres protocol beside asking directly, and the 22
 * queries of TPC-H over Postgres and MariaDB beside one Postgres that holds all the data. Every answer is compared, text by text.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMoonboxClient, type MoonboxClient } from '@rtdp/moonbox/client';
import { connectionOf } from '@rtdp/testing/connection';
import { testMariaDb } from '@rtdp/testing/mariadb';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import pg from 'pg';
import { timePointQuery } from './point-query.ts';
import { generateTpch } from './tpch-generator.ts';
import { TPCH_QUERIES } from './tpch-queries.ts';
import { fillMariaDb, fillPostgres, TPCH_TABLES } from './tpch-tables.ts';

/** On a machine so busy that a round takes minutes, fewer rounds are run. */
const NO_MORE_ROUNDS_AFTER_MS = 300_000;

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const scale = options.quick ? 0.01 : 0.1;
  const rounds = options.quick ? 1 : 3;
  const begun = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'rtdp-tpch-'));
  await using metadata = await testPostgres();
  await using shadow = await testPostgres();
  await using sales = await testPostgres();
  await using supply = await testMariaDb({ collation: 'utf8mb4_nopad_bin' });
  await using reference = await testPostgres();
  try {
    await generateTpch(folder, scale);
    const inPostgres = TPCH_TABLES.filter(({ database }) => database === 'sales');
    const inMariaDb = TPCH_TABLES.filter(({ database }) => database === 'supply');
    await Promise.all([
      fillPostgres(sales.url, folder, inPostgres, () => 'public'),
      fillMariaDb(supply.url, folder, inMariaDb),
      fillPostgres(reference.url, folder, TPCH_TABLES, ({ database }) => database),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await using services = await serviceSet({
    brokers: [],
    metadataUrl: metadata.url,
    environment: { RTDP_SHADOW_URL: shadow.url, RTDP_QUERY_MEMORY: '2GB' },
  });
  await services.service('moonbox').start();
  const rest = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token, timeoutMs: 300_000 });
  await rest.mount({ name: 'sales', kind: 'postgres', connection: connectionOf(sales.url) });
  await rest.mount({ name: 'supply', kind: 'mysql', connection: connectionOf(supply.url) });

  const { user, password } = await rest.createPassword();
  const points = await timePointQuery({
    directUrl: reference.url,
    wire: { host: '127.0.0.1', port: services.wirePort, user, password, database: 'sales' },
    rest,
    keys: orderKeys(options.seed, options.quick ? 500 : 2_000, scale),
  });
  const figures: Record<string, number | string> = {};
  for (const way of ['direct', 'wire', 'rest'] as const) {
    figures[`${way}P50Ms`] = round3(quantile(points[way], 0.5));
    figures[`${way}P99Ms`] = round3(quantile(points[way], 0.99));
  }

  const one = new pg.Client(reference.url);
  await one.connect();
  const ratios: number[] = [];
  const gateway: number[] = [];
  const postgres: number[] = [];
  let right = 0;
  try {
    for (const { name, sql } of TPCH_QUERIES) {
      const times: { gateway: number[]; postgres: number[] } = { gateway: [], postgres: [] };
      let verdict = 'right';
      // One more than is counted: caches warm, and the answers are compared.
      for (let round = -1; round < rounds; round += 1) {
        if (round > 0 && performance.now() - begun > NO_MORE_ROUNDS_AFTER_MS) break;
        const expected = await timed(async () => (await one.query({ text: sql, rowMode: 'array', types: TEXTS })).rows);
        const found = await attempt(() => timed(() => answerOf(rest, sql)));
        if (!('answer' in found)) {
          verdict = found.error;
          break;
        }
        if (round === -1) {
          if (!sameRows(expected.answer, found.answer))
            verdict = `wrong: ${firstDifference(expected.answer, found.answer)}`;
          continue;
        }
        times.gateway.push(found.milliseconds);
        times.postgres.push(expected.milliseconds);
      }
      if (verdict === 'right') right += 1;
      if (times.gateway.length === 0) {
        figures[name] = verdict;
        console.log(`${name}  ${verdict}`);
        continue;
      }
      const [ours, theirs] = [median(times.gateway), median(times.postgres)];
      gateway.push(ours);
      postgres.push(theirs);
      ratios.push(ours / theirs);
      figures[name] = `${verdict}, gateway ${Math.round(ours)} ms, one Postgres ${Math.round(theirs)} ms`;
      console.log(
        `${name}  ${verdict.padEnd(8)} gateway ${ours.toFixed(0).padStart(6)} ms   one Postgres ${theirs.toFixed(0).padStart(6)} ms   ${(ours / theirs).toFixed(2)} ×`,
      );
    }
  } finally {
    await one.end();
  }
  figures.tpchScale = scale;
  figures.tpchRight = right;
  figures.tpchGatewayGeoMs = round3(geometricMean(gateway));
  figures.tpchPostgresGeoMs = round3(geometricMean(postgres));
  figures.tpchTimesOnePostgres = round3(geometricMean(ratios));
  if (right < TPCH_QUERIES.length)
    throw new Error(`${right} of ${TPCH_QUERIES.length} queries were right: ${JSON.stringify(figures)}`);
  return {
    figures,
    ratios: {
      tpch: round3(1 / geometricMean(ratios)),
      wirePoint: round3(quantile(points.direct, 0.5) / quantile(points.wire, 0.5)),
    },
  };
}

/** `pg` gives the text of every value. */
const TEXTS = { getTypeParser: () => (text: string | Buffer) => String(text) } as unknown as pg.CustomTypesConfig;

async function answerOf(rest: MoonboxClient, sql: string): Promise<(string | null)[][]> {
  const { rows, truncated } = await rest.query({ sql, maximumRows: 100_000 });
  if (truncated) throw new Error('the answer is cut');
  return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
}

async function timed<Answer>(work: () => Promise<Answer>): Promise<{ answer: Answer; milliseconds: number }> {
  const started = performance.now();
  const answer = await work();
  return { answer, milliseconds: performance.now() - started };
}

async function attempt<Result extends object>(work: () => Promise<Result>): Promise<Result | { error: string }> {
  try {
    return await work();
  } catch (error) {
    return { error: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The queries' own orders leave ties, so rows are compared as a bag. */
function sameRows(a: readonly (string | null)[][], b: readonly (string | null)[][]): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

function inOrder(rows: readonly (string | null)[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

function firstDifference(a: readonly (string | null)[][], b: readonly (string | null)[][]): string {
  const [expected, found] = [inOrder(a), inOrder(b)];
  const at = expected.findIndex((row, index) => row !== found[index]);
  return `${a.length} rows expected, ${b.length} found; ${expected[at] ?? 'nothing'} against ${found[at < 0 ? expected.length : at] ?? 'nothing'}`;
}

/** Keys of orders come in groups of eight with gaps of twenty-four between them. */
function orderKeys(seed: number, count: number, scale: number): number[] {
  const groups = (1_500_000 * scale) / 8;
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state % Math.floor(groups)) * 32 + 1 + ((state >>> 24) % 7);
  });
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
