/** Decides how rows of a batch become UMS messages again, straight from the columns: the same bytes that `writeMessage` gives. */
import { type Batch, UNCHANGED, UNKNOWN } from './batch.ts';
import { ColumnSource, WRITE, wordsOf } from './column-source.ts';
import { envelopePrefix, envelopeSuffix } from './envelope.ts';
import { OutputBytes } from './output-bytes.ts';
import { dataFields, SYSTEM_FIELDS, TIMESTAMP_FIELD, type UmsField } from './types.ts';
import { nullWordError } from './value-check.ts';

export interface BatchWriterHead {
  readonly kind: string;
  /** Escaped form. */
  readonly namespace: string;
  readonly batchId: number;
  /** Of the table, in the order of the batch's columns; every column must be there (a reader's `skip` cannot be written). */
  readonly fields: readonly UmsField[];
}

const NOT_A_NUMBER = Buffer.from('"NaN"');
const INFINITY = Buffer.from('"Infinity"');
const MINUS_INFINITY = Buffer.from('"-Infinity"');
const NULL_WORD = Buffer.from('_NULL_');
/** Words that every row has, four bytes each. */
const [ROW_START_1, ROW_START_2, NULL, TRUE, FALSE] = ['{"tu', 'ple"', 'null', 'true', 'fals'].map((text) =>
  Buffer.from(text, 'latin1').readInt32LE(),
) as [number, number, number, number, number];
const COMMA = 0x2c;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CLOSE_BRACE = 0x7d;

/** What any value takes that is not a text, with what stands around it. */
const ROOM_OF_VALUE = 64;

export class BatchWriter {
  private readonly head: BatchWriterHead;
  private readonly prefix: Buffer;
  private readonly output = new OutputBytes();

  constructor(head: BatchWriterHead) {
    this.head = head;
    const fields = [...SYSTEM_FIELDS, ...dataFields(head.fields)];
    this.prefix = Buffer.from(envelopePrefix({ ...head, fields }));
  }

  /**
   * One message with the rows from `start` to before `end`. `ums_uid_` is the row's id.
   * @param batch with columns parallel to the writer's fields; its values are written as they are, unchecked
   * @throws UMS_PLAN for a column that is missing; UMS_NULL_WORD as `writeMessage`
   */
  write(batch: Batch, start: number, end: number, context?: Readonly<Record<string, unknown>>): Buffer {
    const { output } = this;
    const columns = this.head.fields.map((field, index) => new ColumnSource(field, batch.columns[index]));
    const untellable = columns.some((column) => column.untold !== undefined);
    const timestamps = new ColumnSource(TIMESTAMP_FIELD, batch.timestamps);
    const ids = wordsOf(batch.ids);
    let at = output.write(output.begin(), this.prefix);
    for (let row = start; row < end; row++) {
      at = writeSystemValues(output, at, ids, timestamps, batch.operations[row]!, row, row > start);
      for (let index = 0; index < columns.length; index++) {
        output.reserve(at, ROOM_OF_VALUE);
        output.bytes[at] = COMMA;
        at = writeValue(output, at + 1, columns[index]!, row);
      }
      output.reserve(at, ROOM_OF_VALUE);
      output.bytes[at++] = CLOSE_BRACKET;
      if (untellable) at = writeUntold(output, at, columns, row);
      output.bytes[at++] = CLOSE_BRACE;
    }
    return output.take(output.write(at, Buffer.from(envelopeSuffix(context))));
  }

  /**
   * Gives a message of `write` back when it is sent and nobody will read it again: its memory is used for messages to come. Optional.
   * @returns false for a message of another writer, or one that was given back before
   */
  recycle(message: Buffer): boolean {
    return this.output.recycle(message);
  }
}

/** `{"tuple":["<id>","<timestamp>","<operation>","<id>"`, after a comma if it is not the first. */
function writeSystemValues(
  output: OutputBytes,
  at: number,
  ids: Uint32Array,
  timestamps: ColumnSource,
  operation: number,
  row: number,
  another: boolean,
): number {
  output.reserve(at, ROOM_OF_VALUE);
  if (another) output.bytes[at++] = COMMA;
  output.view.setInt32(at, ROW_START_1, true);
  output.view.setInt32(at + 4, ROW_START_2, true);
  output.bytes[at + 8] = COLON;
  output.bytes[at + 9] = OPEN_BRACKET;
  const idAt = at + 10;
  const idEnd = writeQuotedInt64(output, idAt, ids, row);
  output.bytes[idEnd] = COMMA;
  at = output.writePlainString(idEnd + 1, timestamps, timestamps.offsets[row]!, timestamps.offsets[row + 1]!);
  output.reserve(at, ROOM_OF_VALUE);
  const { bytes } = output;
  bytes[at] = COMMA;
  bytes[at + 1] = QUOTE;
  bytes[at + 2] = operation;
  bytes[at + 3] = QUOTE;
  bytes[at + 4] = COMMA;
  return output.repeat(at + 5, idAt, idEnd - idAt);
}

function writeQuotedInt64(output: OutputBytes, at: number, words: Uint32Array, row: number): number {
  output.bytes[at] = QUOTE;
  at = output.writeInt64(at + 1, words[2 * row]!, words[2 * row + 1]!);
  output.bytes[at] = QUOTE;
  return at + 1;
}

function writeValue(output: OutputBytes, at: number, column: ColumnSource, row: number): number {
  if (column.nulls[row] === 1) {
    output.view.setInt32(at, NULL, true);
    return at + 4;
  }
  switch (column.write) {
    case WRITE.escapedText:
      return output.writeJsonString(at, column, column.offsets[row]!, column.offsets[row + 1]!);
    case WRITE.jsonText:
      return output.writeDenseJsonString(at, column, column.offsets[row]!, column.offsets[row + 1]!);
    case WRITE.quotedText:
      return output.writePlainString(at, column, column.offsets[row]!, column.offsets[row + 1]!);
    case WRITE.checkedText:
      refuseNullWord(column, row);
      return output.writeJsonString(at, column, column.offsets[row]!, column.offsets[row + 1]!);
    case WRITE.bareText:
      return writeBareText(output, at, column, row);
    case WRITE.int32:
      return output.writeInt32(at, column.integers[row]!);
    case WRITE.quotedInt64:
      return writeQuotedInt64(output, at, column.words, row);
    case WRITE.bareInt64:
      return output.writeInt64(at, column.words[2 * row]!, column.words[2 * row + 1]!);
    case WRITE.float64:
      return writeNumber(output, at, column.doubles[row]!);
    default:
      return writeBoolean(output, at, column.booleans[row]!);
  }
}

function writeBareText(output: OutputBytes, at: number, column: ColumnSource, row: number): number {
  const start = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  const first = column.bytes[start]!;
  // NaN, Infinity, -Infinity: numbers that JSON has only as text.
  const isWord = first === 0x4e || first === 0x49 || (first === 0x2d && column.bytes[start + 1] === 0x49);
  return isWord ? output.writePlainString(at, column, start, end) : output.writePlain(at, column, start, end);
}

function writeNumber(output: OutputBytes, at: number, value: number): number {
  if (Number.isFinite(value)) return output.writeDouble(at, value);
  return output.write(at, Number.isNaN(value) ? NOT_A_NUMBER : value > 0 ? INFINITY : MINUS_INFINITY);
}

function writeBoolean(output: OutputBytes, at: number, value: number): number {
  output.view.setInt32(at, value === 1 ? TRUE : FALSE, true);
  if (value === 1) return at + 4;
  output.bytes[at + 4] = 0x65;
  return at + 5;
}

function refuseNullWord(column: ColumnSource, row: number): void {
  const start = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  if (end - start === 6 && NULL_WORD.equals(column.bytes.subarray(start, end))) {
    throw nullWordError(column.field, `row ${row} of the batch`);
  }
}

function writeUntold(output: OutputBytes, at: number, columns: readonly ColumnSource[], row: number): number {
  for (const [name, mark] of [
    ['unchanged', UNCHANGED],
    ['unknown', UNKNOWN],
  ] as const) {
    const indexes = columns.flatMap((column, index) =>
      column.untold?.[row] === mark ? [index + SYSTEM_FIELDS.length] : [],
    );
    if (indexes.length > 0) at = output.write(at, Buffer.from(`,"${name}":[${indexes.join(',')}]`));
  }
  output.reserve(at, ROOM_OF_VALUE);
  return at;
}
