/** Runs a compiled stateless flow: which rows go through the SQL, and what each source row becomes. */
import type { DataChunk } from '@duckdb/node-bindings';
import { type Batch, BEFORE, type Column, type ColumnStorage, DELETE, UNKNOWN } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import { blameRows } from './blame-rows.ts';
import type { CompiledFlow, FlowResult, StepResult } from './flow-contract.ts';
import type { Query } from './query.ts';
import { type DecimalForm, readColumn, readDecimals, readIntegers, rowsOf } from './read-result.ts';
import { gather, type Scan } from './scan-batch.ts';
import type { StepQueries } from './step-queries.ts';

export type ResultColumn =
  | { kind: 'copied'; source: number; key: boolean }
  | { kind: 'computed'; position: number; storage: ColumnStorage; decimal: DecimalForm | null };

export interface FlowPlan {
  readonly sourceFields: readonly UmsField[];
  readonly storages: readonly (ColumnStorage | 'skip')[];
  readonly resultFields: readonly UmsField[];
  readonly columns: readonly ResultColumn[];
  readonly paths: number;
  readonly explodes: boolean;
  readonly resultStorage: 'text' | 'typed';
  /** The source has a key; without one a row that gives nothing has nothing to delete. */
  readonly keyed: boolean;
  /** Source columns that must be told. */
  readonly untoldMatters: readonly number[];
  readonly scan: Scan;
  /** Null where every column is carried and every row kept. */
  readonly query: Query | null;
  /** Over a batch that has every column as text. */
  readonly stepQueries: StepQueries;
  /** Over a batch as the flow itself reads it. */
  readonly blameQueries: StepQueries;
  readonly keyFrom: CompiledFlow['keyFrom'];
  readonly steps: CompiledFlow['steps'];
  readonly lineage: CompiledFlow['lineage'];
}

interface Computed {
  /** Source row of each result row, never falling. */
  readonly rows: Int32Array;
  readonly columns: readonly Column[];
}

export class StatelessFlow implements CompiledFlow {
  readonly columnsUsed: CompiledFlow['columnsUsed'];
  readonly resultFields: readonly UmsField[];
  readonly keyFrom: CompiledFlow['keyFrom'];
  readonly explodes: boolean;
  readonly steps: CompiledFlow['steps'];
  readonly problems = [];
  readonly lineage: CompiledFlow['lineage'];
  readonly #plan: FlowPlan;
  /** Runs wait for each other: a prepared query has one scan. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(plan: FlowPlan) {
    this.#plan = plan;
    this.columnsUsed = plan.storages;
    this.resultFields = plan.resultFields;
    this.keyFrom = plan.keyFrom;
    this.explodes = plan.explodes;
    this.steps = plan.steps;
    this.lineage = plan.lineage;
  }

  run(batch: Batch, options: { except?: ReadonlySet<number> } = {}): Promise<FlowResult> {
    return this.#inTurn(() => this.#run(batch, options.except ?? NO_ROWS));
  }

  runSteps(batch: Batch, options: { except?: ReadonlySet<number> } = {}): Promise<StepResult[]> {
    return this.#inTurn(async () => {
      this.#checkColumns(batch, () => 'text');
      const untold: number[] = [];
      const rows = this.#rowsForSql(batch, options.except ?? NO_ROWS, untold) ?? allRows(batch.rowCount);
      try {
        return await this.#plan.stepQueries.run(batch, rows);
      } catch (error) {
        const { stepQueries } = this.#plan;
        const stepOf = (row: number, reason: string) => stepQueries.stepThatFails(batch, row, reason);
        throw await blameRows(error, rows, (part) => stepQueries.run(batch, part), stepOf);
      }
    });
  }

  async close(): Promise<void> {
    const { query, stepQueries, blameQueries } = this.#plan;
    await Promise.all([query?.close(), stepQueries.close(), blameQueries.close()]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(batch: Batch, except: ReadonlySet<number>): Promise<FlowResult> {
    this.#checkColumns(batch, (storage) => storage);
    const untoldRows: number[] = [];
    const rows = this.#rowsForSql(batch, except, untoldRows);
    const { query, scan } = this.#plan;
    if (query === null) {
      return this.#emit(batch, except, untoldRows, { rows: rows ?? allRows(batch.rowCount), columns: [] });
    }
    const execute = async (part: Int32Array | null): Promise<DataChunk[]> => {
      scan.batch = batch;
      scan.rows = part;
      try {
        return await query.run();
      } finally {
        scan.batch = null;
      }
    };
    let chunks: DataChunk[] = [];
    if (rows === null || rows.length > 0) {
      try {
        chunks = await execute(rows);
      } catch (error) {
        const stepOf = (row: number, reason: string) => this.#plan.blameQueries.stepThatFails(batch, row, reason);
        throw await blameRows(error, rows ?? allRows(batch.rowCount), execute, stepOf);
      }
    }
    return this.#emit(batch, except, untoldRows, this.#read(chunks));
  }

  /** Rows whose current version the SQL sees; null where it is all of them. */
  #rowsForSql(batch: Batch, except: ReadonlySet<number>, untoldRows: number[]): Int32Array | null {
    const { operations, rowCount, columns } = batch;
    const untold = this.#plan.untoldMatters.flatMap((index) => columns[index]?.untold ?? []);
    if (untold.length === 0 && except.size === 0 && !operations.includes(DELETE) && !operations.includes(BEFORE)) {
      return null;
    }
    const rows = new Int32Array(rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row += 1) {
      const operation = operations[row];
      if (operation === DELETE || operation === BEFORE || except.has(row)) continue;
      if (untold.some((marks) => marks[row] !== 0)) untoldRows.push(row);
      else {
        rows[count] = row;
        count += 1;
      }
    }
    return count === rowCount ? null : rows.subarray(0, count);
  }

  #read(chunks: readonly DataChunk[]): Computed {
    const { paths, columns } = this.#plan;
    const count = rowsOf(chunks);
    const rows = readIntegers(chunks, 0, count);
    const wanted = columns.flatMap((column) => (column.kind === 'computed' ? [column] : []));
    const read = wanted.map(({ position, storage, decimal }) =>
      decimal === null
        ? readColumn(chunks, 1 + paths + position, storage, count)
        : readDecimals(chunks, 1 + paths + position, decimal, count),
    );
    const places = Array.from({ length: paths }, (_, index) => readIntegers(chunks, 1 + index, count));
    const order = sortedOrder(rows, places);
    if (order === null) return { rows, columns: read };
    return { rows: order.map((row) => rows[row]!), columns: read.map((column) => gather(column, order)) };
  }

  /** Puts deletes and results together in the order of the source rows. */
  #emit(batch: Batch, except: ReadonlySet<number>, untoldRows: readonly number[], computed: Computed): FlowResult {
    const { operations, rowCount } = batch;
    const capacity = rowCount + computed.rows.length;
    const sourceRows = new Int32Array(capacity);
    const resultRows = new Int32Array(capacity);
    const untold = new Set(untoldRows);
    let count = 0;
    let next = 0;
    let deletes = false;
    const push = (source: number, result: number): void => {
      sourceRows[count] = source;
      resultRows[count] = result;
      count += 1;
      if (result < 0) deletes = true;
    };
    for (let row = 0; row < rowCount; row += 1) {
      const first = next;
      while (next < computed.rows.length && computed.rows[next] === row) {
        push(row, next);
        next += 1;
      }
      if (next > first || operations[row] === BEFORE) continue;
      if (untold.has(row) || except.has(row) || !this.#plan.keyed) continue;
      push(row, -1);
    }
    return {
      batch: this.#assemble(batch, computed, sourceRows.subarray(0, count), resultRows.subarray(0, count), deletes),
      sourceRows: sourceRows.slice(0, count),
      untoldRows,
    };
  }

  #assemble(batch: Batch, computed: Computed, sourceRows: Int32Array, resultRows: Int32Array, deletes: boolean): Batch {
    const count = sourceRows.length;
    const sameRows = isCount(sourceRows, batch.rowCount);
    const sameResults = isCount(resultRows, computed.rows.length);
    const keptRows = deletes ? sourceRows.map((row, index) => (resultRows[index]! < 0 ? -1 : row)) : sourceRows;
    const untellDeletes = (column: Column): Column => {
      if (!deletes) return column;
      const untold = column.untold ?? new Uint8Array(count);
      for (let row = 0; row < count; row += 1) if (resultRows[row]! < 0) untold[row] = UNKNOWN;
      return { ...column, untold };
    };
    const columns = this.#plan.columns.map((column): Column => {
      if (column.kind === 'computed') {
        const made = computed.columns[column.position]!;
        return sameResults ? made : untellDeletes(gather(made, resultRows));
      }
      const source = batch.columns[column.source]!;
      if (sameRows && (column.key || !deletes)) return source;
      return column.key ? gather(source, sourceRows) : untellDeletes(gather(source, keptRows));
    });
    if (this.#plan.explodes) columns.push(untellDeletes(this.#ordinals(sourceRows, resultRows)));
    const operations = new Uint8Array(count);
    const ids = new BigInt64Array(count);
    for (let row = 0; row < count; row += 1) {
      const source = sourceRows[row]!;
      operations[row] = resultRows[row]! < 0 ? DELETE : batch.operations[source]!;
      ids[row] = batch.ids[source]!;
    }
    return {
      fields: this.resultFields,
      rowCount: count,
      ids,
      timestamps: sameRows ? batch.timestamps : (gather(batch.timestamps, sourceRows) as Batch['timestamps']),
      operations,
      columns,
      namespace: batch.namespace,
      kind: batch.kind,
    };
  }

  /** 1, 2, … among the rows of one source row. */
  #ordinals(sourceRows: Int32Array, resultRows: Int32Array): Column {
    const count = sourceRows.length;
    const values = new Int32Array(count);
    const nulls = new Uint8Array(count);
    for (let row = 0; row < count; row += 1) {
      if (resultRows[row]! < 0) nulls[row] = 1;
      else values[row] = row > 0 && sourceRows[row] === sourceRows[row - 1] ? values[row - 1]! + 1 : 1;
    }
    if (this.#plan.resultStorage === 'typed') return { storage: 'int32', values, nulls };
    const offsets = new Uint32Array(count + 1);
    const texts = Array.from(values, (value, row) => (nulls[row] === 1 ? '' : String(value)));
    for (let row = 0; row < count; row += 1) offsets[row + 1] = offsets[row]! + texts[row]!.length;
    return { storage: 'text', bytes: Buffer.from(texts.join(''), 'latin1'), offsets, nulls };
  }

  #checkColumns(batch: Batch, wanted: (storage: ColumnStorage | 'skip') => ColumnStorage | 'skip'): void {
    for (const [index, storage] of this.#plan.storages.entries()) {
      const needed = wanted(storage);
      const given = batch.columns[index];
      if (needed === 'skip' || given?.storage === needed) continue;
      const { name } = this.#plan.sourceFields[index]!;
      throw new RtdpError({
        code: 'ENGINE_BATCH_MISMATCH',
        message: `The flow needs the column ${name} as ${needed}; the batch has it as ${given?.storage ?? 'nothing'}.`,
        next: 'Read the messages with the storages in columnsUsed, or with every column as text for runSteps.',
        facts: { column: name, needed, given: given?.storage ?? null },
      });
    }
  }
}

const NO_ROWS: ReadonlySet<number> = new Set();

function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

/** Whether the array is 0, 1, … count-1. */
function isCount(rows: Int32Array, count: number): boolean {
  if (rows.length !== count) return false;
  for (let index = 0; index < count; index += 1) if (rows[index] !== index) return false;
  return true;
}

/** Order by source row, then by the places within it; null where the rows are in that order already. */
function sortedOrder(rows: Int32Array, places: readonly Int32Array[]): Int32Array | null {
  const compare = (a: number, b: number): number => {
    if (rows[a] !== rows[b]) return rows[a]! - rows[b]!;
    for (const place of places) if (place[a] !== place[b]) return place[a]! - place[b]!;
    return a - b;
  };
  let sorted = true;
  for (let row = 1; row < rows.length && sorted; row += 1) sorted = compare(row - 1, row) < 0;
  return sorted ? null : allRows(rows.length).sort(compare);
}
