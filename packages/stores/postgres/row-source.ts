/** Decides where the guarded statements read a batch's rows from: a staging table filled by COPY, or array parameters. */
import type { TextColumn } from '@rtdp/ums/batch';
import type { Part } from '../plan-batch.ts';
import type { RowChoice } from './copy-text.ts';
import { writeArrayText, writeCopyText, writeIdArray } from './copy-text.ts';
import { quoteIdentifier } from './dialect.ts';
import { ID, OPERATION, TIMESTAMP } from './table-shape.ts';
import type { ColumnType } from './types.ts';
import type { WireParameter } from './wire.ts';

export interface SourceColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly column: TextColumn;
}

/** Rows of one batch as SQL sees them. Every statement has $1 = source; what follows belongs to the row source. */
export interface RowSource {
  /** `FROM` item with alias s, holding the named columns beside id and timestamp. */
  from(columns: readonly string[]): string;
  /** Condition that takes the part's rows only, or `true`. */
  readonly ofPart: string;
  /** `s."name"`, cast where the value travels as text. */
  column(name: string): string;
  parameters(source: string, part: Part, columns: readonly string[]): WireParameter[];
}

/** Big batches: COPY goes into a temporary table, which may happen before any lock is taken. */
export class StagedRows implements RowSource {
  readonly ofPart = 's.ums_part_ = $2::smallint';
  readonly #stage: string;

  constructor(stage: string) {
    this.#stage = stage;
  }

  from(): string {
    return `${this.#stage} s`;
  }

  column(name: string): string {
    return `s.${quoteIdentifier(name)}`;
  }

  parameters(source: string, part: Part): WireParameter[] {
    return [source, String(part.number)];
  }
}

/** What makes a staging table for these columns; emptied by every commit. */
export function createStage(name: string, columns: readonly Pick<SourceColumn, 'name' | 'type'>[]): string {
  const definitions = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type.declared}`);
  return `CREATE TEMPORARY TABLE ${name} (${['ums_part_ smallint', `${ID} bigint`, `${TIMESTAMP} timestamptz`, ...definitions].join(', ')}) ON COMMIT DELETE ROWS`;
}

export function copyStatement(stage: string): string {
  return `COPY ${stage} FROM STDIN`;
}

export function stageData(rows: RowChoice): Buffer {
  return writeCopyText(rows);
}

/** Small batches: one array per column, one statement, no temporary table. */
export class ArrayRows implements RowSource {
  readonly ofPart = 'true';
  readonly #rows: RowChoice;
  readonly #columns: ReadonlyMap<string, SourceColumn>;

  constructor(rows: RowChoice, columns: readonly SourceColumn[]) {
    this.#rows = rows;
    this.#columns = new Map(columns.map((column) => [column.name, column]));
  }

  from(columns: readonly string[]): string {
    const arrays = ['$2::bigint[]', '$3::timestamptz[]'];
    for (const [index, name] of columns.entries()) arrays.push(`$${index + 4}::${this.#arrayType(name)}`);
    const names = [ID, TIMESTAMP, ...columns].map(quoteIdentifier);
    return `unnest(${arrays.join(', ')}) AS s(${names.join(', ')})`;
  }

  column(name: string): string {
    const type = this.#type(name);
    return type.form === 'array' ? `s.${quoteIdentifier(name)}::${type.parameter}` : `s.${quoteIdentifier(name)}`;
  }

  parameters(source: string, part: Part, columns: readonly string[]): WireParameter[] {
    const { rowCount, ids, timestamps, partOf } = this.#rows;
    const write = (column: TextColumn) => writeArrayText(column, rowCount, partOf, part.number);
    return [
      source,
      writeIdArray(ids, rowCount, partOf, part.number),
      write(timestamps),
      ...columns.map((name) => write(this.#find(name).column)),
    ];
  }

  #find(name: string): SourceColumn {
    const column = this.#columns.get(name);
    if (!column) throw new Error(`the batch has no column ${name}`);
    return column;
  }

  #type(name: string): ColumnType {
    return this.#find(name).type;
  }

  /** unnest would flatten an array of arrays: such values travel as text. */
  #arrayType(name: string): string {
    const type = this.#type(name);
    return type.form === 'array' ? 'text[]' : `${type.parameter}[]`;
  }
}

/** The operation of each row as a column of its own, for tables that keep it. */
export function operationColumn(operations: Uint8Array, rowCount: number): SourceColumn {
  const offsets = new Uint32Array(rowCount + 1);
  for (let row = 0; row <= rowCount; row++) offsets[row] = row;
  const column: TextColumn = { storage: 'text', offsets, bytes: operations, nulls: new Uint8Array(rowCount) };
  return { name: OPERATION, type: { declared: 'text', parameter: 'text', form: 'plain' }, column };
}
