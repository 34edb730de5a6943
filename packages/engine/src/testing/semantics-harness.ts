/** Compares what Postgres and a compiled flow give for the same SQL over the same rows. For tests only. */
import type { TestDatabase } from '@rtdp/testing/postgres';
import { isRtdpError } from '@rtdp/ums/error';
import type { UmsField, UmsType } from '@rtdp/ums/types';
import type { Engine } from '../flow-contract.ts';
import { COLUMNS } from './semantics-table.ts';
import { readRows, type TextRow, textBatch } from './text-batch.ts';

const UMS_TYPES: Record<string, UmsType> = {
  smallint: 'int',
  integer: 'int',
  bigint: 'long',
  numeric: 'decimal',
  'double precision': 'double',
  real: 'float',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'datetime',
  timestamptz: 'datetime',
  json: 'jsonobject',
  jsonb: 'jsonobject',
  'integer[]': 'jsonarray',
  'text[]': 'jsonarray',
};

export const FIELDS: UmsField[] = [
  { name: 'id', type: 'int', nullable: false, encoded: false, sourceType: 'integer', key: true },
  ...Object.entries(COLUMNS).map(([name, { type }]): UmsField => {
    const plain = type.replace(/ COLLATE .*/, '');
    return {
      name,
      type: UMS_TYPES[plain.replace(/\(.*/, '')] ?? 'string',
      nullable: true,
      encoded: false,
      sourceType: plain,
    };
  }),
];

/** The text UMS has for a column's value, in Postgres' SQL. */
function umsText(name: string): string {
  const { type } = COLUMNS[name]!;
  if (type === 'timestamptz') return `rtrim(replace(${name}::text, '+00', ''))`;
  if (type.endsWith('[]')) return `array_to_json(${name})::text`;
  // char(n) loses its blanks when it becomes text; the log does not.
  if (type.startsWith('char')) return `convert_from(bpcharsend(${name}), 'UTF8')`;
  return `${name}::text`;
}

/** A row fails, in either engine. */
export const FAILED = Symbol('failed');
export type Outcome = string | null | typeof FAILED;

export class Comparison {
  readonly #database: TestDatabase;
  readonly #engine: Engine;
  #rows: TextRow[] = [];

  constructor(database: TestDatabase, engine: Engine) {
    this.#database = database;
    this.#engine = engine;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  /** Makes the table `v` of rows whose values are picked by `pick` (a number from 0 to below its argument). */
  async fill(count: number, pick: (below: number) => number): Promise<void> {
    const columns = Object.entries(COLUMNS);
    await this.#database.query(
      `create table v (id integer primary key, ${columns.map(([name, { type }]) => `${name} ${type}`).join(', ')})`,
    );
    const literal = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
    const rows = Array.from({ length: count }, (_, row) =>
      [
        row,
        ...columns.map(([, { values }]) => literal(row < values.length ? values[row]! : values[pick(values.length)]!)),
      ].join(', '),
    );
    await this.#database.query(`insert into v values ${rows.map((row) => `(${row})`).join(', ')}`);
    await this.#database.query(`create function try_row(expression text, id integer) returns text language plpgsql as $$
      declare result text;
      begin
        execute 'select (' || expression || ')::text from v where id = ' || id into result;
        return 'v' || coalesce(result, '<null>');
      exception when others then return 'failed: ' || sqlerrm;
      end $$`);
    const read = await this.#database.query<Record<string, string | null>>(
      `select id::text as id, ${columns.map(([name]) => `${umsText(name)} as "${name}"`).join(', ')} from v order by v.id`,
    );
    this.#rows = read.rows.map((row) => ({ op: 'i', values: FIELDS.map(({ name }) => row[name]!) }));
  }

  /** What Postgres gives for an expression, row by row. Throws where the expression is not valid at all. */
  async postgres(expression: string): Promise<Outcome[]> {
    try {
      const whole = await this.#database.query<{ x: string | null }>(
        `select (${expression})::text as x from v order by v.id`,
      );
      return whole.rows.map(({ x }) => x);
    } catch {
      // Either a row fails, or all do because the expression is not valid.
      const each = await this.#database.query<{ x: string }>('select try_row($1, id) as x from v order by id', [
        expression,
      ]);
      if (each.rows.every(({ x }) => x.startsWith('failed'))) {
        const constant = /division by zero|out of range/.test(each.rows[0]!.x);
        if (!constant) throw new Error(`Postgres does not take ${expression}: ${each.rows[0]!.x}`);
      }
      return each.rows.map(({ x }) => (x.startsWith('failed') ? FAILED : x === 'v<null>' ? null : x.slice(1)));
    }
  }

  /** What the flow gives for an expression, row by row. Throws where it is refused. */
  async ours(expression: string): Promise<Outcome[]> {
    const flow = await this.#engine.compileStateless({
      steps: [{ name: 'result', sql: `SELECT id, ${expression} AS x FROM v` }],
      sourceName: 'v',
      sourceFields: FIELDS,
    });
    try {
      const outcomes: Outcome[] = new Array(this.#rows.length).fill(FAILED);
      const run = async (first: number, count: number): Promise<void> => {
        const batch = textBatch(FIELDS, this.#rows.slice(first, first + count), flow.columnsUsed);
        try {
          const { batch: result } = await flow.run(batch);
          for (const [index, { values }] of readRows(result).entries()) outcomes[first + index] = values[1]!;
        } catch (error) {
          if (!isRtdpError(error, 'ENGINE_ROW_FAILED')) throw error;
          const failed = error.facts.row as number;
          if (failed > 0) await run(first, failed);
          if (failed + 1 < count) await run(first + failed + 1, count - failed - 1);
        }
      };
      await run(0, this.#rows.length);
      return outcomes;
    } finally {
      await flow.close();
    }
  }

  /** Rows of a statement whose first column is `id`, in order of the id. */
  async postgresRows(sql: string): Promise<(string | null)[][]> {
    const result = await this.#database.pool.query({
      text: `select * from (${sql}) as result order by id`,
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    return result.rows as unknown as (string | null)[][];
  }

  async ourRows(sql: string): Promise<(string | null)[][]> {
    const flow = await this.#engine.compileStateless({
      steps: [{ name: 'result', sql }],
      sourceName: 'v',
      sourceFields: FIELDS,
    });
    try {
      const { batch } = await flow.run(textBatch(FIELDS, this.#rows, flow.columnsUsed));
      const kept = readRows(batch).filter(({ op }) => op !== 'd');
      return kept.map(({ values }) => (flow.explodes ? values.slice(0, -1) : values));
    } finally {
      await flow.close();
    }
  }

  /** Input of a row, for the message of a difference. */
  inputs(row: number, expression: string): string {
    const names = new Set(expression.match(/\b[a-z]\w*\b/g) ?? []);
    return FIELDS.flatMap(({ name }, index) =>
      names.has(name) ? [`${name}=${JSON.stringify(this.#rows[row]!.values[index])}`] : [],
    ).join(' ');
  }

  /** The rows in which the two differ. `narrower`: ours may fail where Postgres does not. */
  async differences(expression: string, narrower: boolean, constantsMayFail = false): Promise<string[]> {
    const [theirs, ours] = [await this.postgres(expression), await this.ours(expression)];
    // Postgres computes constants before it looks at any row, so one that fails fails them all, needed or not; ours asks only where needed.
    if (constantsMayFail && theirs.every((outcome) => outcome === FAILED)) return [];
    return theirs.flatMap((theirGiven, row) => {
      const their =
        typeof theirGiven === 'string' && /^-?\d{4,}-\d\d-\d\d.*\+00$/.test(theirGiven)
          ? theirGiven.slice(0, -3)
          : theirGiven;
      const our =
        typeof ours[row] === 'string' && /^-?\d{4,}-\d\d-\d\d.*\+00$/.test(ours[row])
          ? ours[row].slice(0, -3)
          : ours[row];
      if (their === our || (narrower && our === FAILED)) return [];
      const show = (value: unknown): string => (value === FAILED ? 'fails' : JSON.stringify(value));
      return [`${expression} [${this.inputs(row, expression)}]: Postgres ${show(their)}, ours ${show(our)}`];
    });
  }
}

/** Numbers from 0 to below the argument, the same for the same seed. */
export function seededPick(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
