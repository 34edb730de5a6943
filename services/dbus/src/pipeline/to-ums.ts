/**
 * Decides which UMS rows a row change becomes and which id each has: i, u, d, b, a key change as d + i, what is completed, what is
 * untold, what asks for a re-read, what goes to the dead letter. Every change takes one stride, whatever becomes of it.
 *
 * Knows nothing of a database's log: a `sources/*` reader resolves the table and hands over tuples in the source's text.
 */
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import { holdsForTable } from '../catalog/source-definition.ts';
import type { MappedTable } from '../sources/postgres/type-map-contract.ts';
import type { BatchCutter } from './batch-cutter.ts';
import type { BufferPool } from './buffer-pool.ts';
import { completeFromOld, hasUnchanged, isSameKey, keepOnlyKey, type OldRow } from './complete-row.ts';
import type { StreamFigures, StreamSchema, TableFigures, TableName } from './contract.ts';
import { type ControlTarget, terminations, truncates } from './control-messages.ts';
import { deadLetterMessage } from './dead-letter.ts';
import { type EndedMessage, OPERATION, TableWriter } from './message-writer.ts';
import type { RowText, TableShape } from './message-writer-contract.ts';
import { rereadMessage } from './reread-request.ts';
import type { RowHead } from './row-head.ts';
import { type SchemaLedger, type SchemaOpening, tableKey } from './schema-ledger.ts';
import { shapeOf } from './table-shape.ts';

/** A tuple and how many values it has. */
export type RowTuple = RowText & { count: number };

/** A table as the log described it last. A new description makes a new one. */
export interface LoggedTable {
  readonly table: TableName;
  mapped: MappedTable;
  /** Set with the first row. */
  open?: OpenTable;
}

interface OpenTable {
  schema: StreamSchema;
  shape: TableShape;
  writer: TableWriter;
  owner: LoggedTable;
  figures: TableFigures;
  beforeImages: boolean;
  complete: boolean;
}

export interface ChangeWriterOptions {
  definition: SourceDefinition;
  ledger: SchemaLedger;
  head: RowHead;
  pool: BufferPool;
  cutter: BatchCutter;
  target: ControlTarget;
  figures: StreamFigures;
  tableFigures: Map<string, TableFigures>;
  now: () => number;
  /** The message of the log that is being written, for a dead letter. */
  rawMessage: () => Uint8Array;
  /** After the version's first Kafka transaction is committed. */
  onOpened: (opening: SchemaOpening) => void;
  onTableStopped: (table: TableName, error: RtdpError) => void;
}

export class ChangeWriter {
  readonly #options: ChangeWriterOptions;
  readonly #open = new Map<string, OpenTable>();
  #timestamp = '';

  constructor(options: ChangeWriterOptions) {
    this.#options = options;
  }

  /** Before the rows of a source transaction. */
  begin(timestamp: string): void {
    this.#timestamp = timestamp;
  }

  insert(table: LoggedTable, row: RowTuple, logBytes: number): void {
    this.#change(table, 'i', row, logBytes, (open) => open.writer.appendRow(row, OPERATION.insert, 1));
  }

  update(table: LoggedTable, oldKind: OldRow, old: RowTuple, row: RowTuple, logBytes: number): void {
    this.#change(table, 'u', row, logBytes, (open) => this.#writeUpdate(open, oldKind, old, row));
  }

  delete(table: LoggedTable, oldKind: OldRow, old: RowTuple, logBytes: number): void {
    this.#change(table, 'd', old, logBytes, (open) => {
      if (oldKind === 'key') keepOnlyKey(open.shape, old);
      open.writer.appendRow(old, OPERATION.delete, 1);
    });
  }

  truncate(table: LoggedTable, logBytes: number): void {
    const { head, cutter, target } = this.#options;
    const open = this.#openFor(table);
    if (!open.schema.stopped) {
      open.writer.seal();
      const id = head.base + 1n;
      cutter.addMessages(
        truncates(target, open.schema, { id, timestamp: this.#timestamp, position: head.transaction.position }),
      );
      this.#count(open);
    }
    this.#finishChange(logBytes);
  }

  /** A change that is nobody's row (a heartbeat): takes its stride. Returns the stride's base. */
  pass(logBytes: number): bigint {
    const { base } = this.#options.head;
    this.#finishChange(logBytes);
    return base;
  }

  /** Opens the version that these columns make, if they differ from the current one. */
  openFor(table: LoggedTable): StreamSchema {
    return this.#openFor(table).schema;
  }

  /** Takes over what was changed in the ledger from outside: the count of pulls, whether the table is stopped. */
  reopen(table: TableName): void {
    const open = this.#open.get(tableKey(table));
    if (open === undefined) return;
    open.writer.seal();
    open.owner.open = undefined;
    this.#open.delete(tableKey(table));
  }

  /** Ends all open messages. */
  seal(): void {
    for (const open of this.#open.values()) open.writer.seal();
  }

  #change(
    table: LoggedTable,
    operation: string,
    row: RowTuple,
    logBytes: number,
    write: (open: OpenTable) => void,
  ): void {
    let open = table.open;
    if (open === undefined) open = this.#openFor(table);
    if (!open.schema.stopped) {
      try {
        if (row.count !== open.shape.fields.length) throw misfit(open, row.count);
        write(open);
        this.#count(open);
        open.figures.deadLettersInARow = 0;
      } catch (error) {
        if (isRtdpError(error, 'DBUS_UNEXPECTED_NULL') && this.#allowNull(table, error)) {
          this.#change(table, operation, row, logBytes, write);
          return;
        }
        this.#deadLetter(open, operation, error);
      }
    }
    this.#finishChange(logBytes);
  }

  #count(open: OpenTable): void {
    open.figures.rows++;
    this.#options.figures.rows++;
  }

  #finishChange(logBytes: number): void {
    this.#options.head.advance();
    this.#options.cutter.countRow(logBytes);
  }

  #writeUpdate(open: OpenTable, oldKind: OldRow, old: RowTuple, row: RowTuple): void {
    const { shape, writer } = open;
    if (oldKind === 'none') {
      writer.appendRow(row, OPERATION.update, 1);
      if (open.complete && hasUnchanged(shape, row)) this.#requestReread(open, row, 'unchanged-columns');
      return;
    }
    completeFromOld(shape, oldKind, old, row);
    const isKeyChanged = !isSameKey(shape, old, row);
    if (oldKind === 'key') keepOnlyKey(shape, old);
    if (isKeyChanged) {
      writer.appendRow(old, OPERATION.delete, 0);
      writer.appendRow(row, OPERATION.insert, 1);
      if (hasUnchanged(shape, row)) this.#requestReread(open, row, 'key-change');
      return;
    }
    if (open.beforeImages && oldKind === 'full') this.#writeBeforeImage(open, old);
    writer.appendRow(row, OPERATION.update, 1);
    if (open.complete && hasUnchanged(shape, row)) this.#requestReread(open, row, 'unchanged-columns');
  }

  /** A before image that cannot be written must not keep the new row back. */
  #writeBeforeImage(open: OpenTable, old: RowTuple): void {
    try {
      open.writer.appendRow(old, OPERATION.before, 0);
    } catch (error) {
      if (isRtdpError(error, 'DBUS_UNEXPECTED_NULL')) throw error;
      this.#deadLetter(open, 'b', error);
    }
  }

  #requestReread(open: OpenTable, row: RowText, reason: 'unchanged-columns' | 'key-change'): void {
    const { definition, head, cutter, figures, now } = this.#options;
    const message = rereadMessage(definition.source, open.owner.table, open.shape, row, head.base + 1n, reason, now());
    if (message === undefined) return;
    figures.rereads++;
    cutter.addAside(message);
  }

  #openFor(table: LoggedTable): OpenTable {
    const { definition, ledger, head, pool, cutter, target, tableFigures, now, onOpened } = this.#options;
    const key = tableKey(table.table);
    if (table.open !== undefined) return table.open;
    this.reopen(table.table);
    const { schema, opening } = ledger.open(table.table, table.mapped.fields);
    if (opening !== undefined) {
      const position = head.transaction.position;
      if (opening.previous !== undefined) {
        cutter.addMessages(terminations(target, opening.previous, { timestamp: this.#timestamp, position }, schema));
      }
      cutter.addSchemaRecord(ledger.record(schema, now()));
      cutter.whenCommitted(() => onOpened(opening));
    }
    const shape = shapeOf(schema, table.mapped, target.partitions);
    let figures = tableFigures.get(key);
    if (figures === undefined) {
      figures = { rows: 0, publishedCommitMillis: 0, deadLetters: 0, deadLettersInARow: 0 };
      tableFigures.set(key, figures);
    }
    const { schema: schemaName, table: tableName } = table.table;
    const open: OpenTable = {
      schema,
      shape,
      owner: table,
      figures,
      beforeImages: holdsForTable(definition.beforeImages, schemaName, tableName),
      complete: holdsForTable(definition.complete, schemaName, tableName),
      writer: new TableWriter({
        shape,
        kind: 'data_increment_data',
        topic: target.topic,
        limits: definition.limits,
        pool,
        head,
        now,
        onMessage: (message: EndedMessage) => cutter.addEnded(message),
      }),
    };
    this.#open.set(key, open);
    table.open = open;
    return open;
  }

  /** The catalog, read later, forbids NULL in a column where this older row has one: the version that fits the row allows it. */
  #allowNull(table: LoggedTable, error: RtdpError): boolean {
    const column = Number(error.facts.column);
    const field = table.mapped.fields[column];
    if (field === undefined || field.nullable || field.key === true) return false;
    table.mapped = { ...table.mapped, fields: table.mapped.fields.with(column, { ...field, nullable: true }) };
    this.reopen(table.table);
    return true;
  }

  #deadLetter(open: OpenTable, operation: string, error: unknown): void {
    const { definition, head, cutter, figures, ledger, now, rawMessage, onTableStopped } = this.#options;
    const { table } = open.owner;
    cutter.addAside(
      deadLetterMessage({
        source: definition.source,
        schema: open.schema,
        table,
        operation,
        base: head.base,
        xid: head.transaction.xid,
        commitTs: this.#timestamp,
        position: head.transaction.position,
        raw: rawMessage(),
        error,
        millis: now(),
      }),
    );
    figures.deadLetters++;
    open.figures.deadLetters++;
    open.figures.deadLettersInARow++;
    if (open.figures.deadLettersInARow < definition.deadLetterLimit) return;
    const stopped = ledger.amend(table, { stopped: true });
    if (stopped === undefined) return;
    cutter.addSchemaRecord(ledger.record(stopped, now()));
    this.reopen(table);
    const reason = tableStopped(table, open.figures.deadLettersInARow, error);
    cutter.whenCommitted(() => onTableStopped(table, reason));
  }
}

function misfit(open: OpenTable, count: number): RtdpError {
  return new RtdpError({
    code: 'DBUS_ROW_MISFIT',
    message: `A row has ${count} values, but ${tableKey(open.owner.table)} has ${open.shape.fields.length} columns.`,
    next: 'Look at the raw bytes in the dead letter, and pull the table again.',
    facts: { values: count, columns: open.shape.fields.length },
  });
}

function tableStopped(table: TableName, count: number, cause: unknown): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_STOPPED',
    message: `${tableKey(table)} stopped after ${count} rows that failed one after the other.`,
    next: 'Look at the dead letters, mend their cause, resume the table and pull it again.',
    facts: { schema: table.schema, table: table.table, rows: count },
    cause,
  });
}
