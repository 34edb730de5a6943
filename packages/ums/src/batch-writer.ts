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
    output.clear();
    output.append(this.prefix);
    for (let row = start; row < end; row++) {
      if (row > start) writeByte(output, COMMA);
      writeSystemValues(output, ids, timestamps, batch.operations[row]!, row);
      for (let index = 0; index < columns.length; index++) {
        output.reserve(ROOM_OF_VALUE);
        writeByte(output, COMMA);
        writeValue(output, columns[index]!, row);
      }
      output.reserve(ROOM_OF_VALUE);
      writeByte(output, CLOSE_BRACKET);
      if (untellable) writeUntold(output, columns, row);
      writeByte(output, CLOSE_BRACE);
    }
    output.append(Buffer.from(envelopeSuffix(context)));
    return output.take();
  }
}

function writeByte(output: OutputBytes, byte: number): void {
  output.bytes[output.length++] = byte;
}

/** `{"tuple":["<id>","<timestamp>","<operation>","<id>"` */
function writeSystemValues(
  output: OutputBytes,
  ids: Uint32Array,
  timestamps: ColumnSource,
  operation: number,
  row: number,
): void {
  output.reserve(ROOM_OF_VALUE);
  output.view.setInt32(output.length, ROW_START_1, true);
  output.view.setInt32(output.length + 4, ROW_START_2, true);
  output.length += 8;
  writeByte(output, COLON);
  writeByte(output, OPEN_BRACKET);
  const idAt = output.length;
  writeQuotedInt64(output, ids, row);
  const idLength = output.length - idAt;
  writeByte(output, COMMA);
  const start = timestamps.offsets[row]!;
  const end = timestamps.offsets[row + 1]!;
  output.appendPlainString(timestamps, start, end);
  output.reserve(ROOM_OF_VALUE);
  writeByte(output, COMMA);
  writeByte(output, QUOTE);
  writeByte(output, operation);
  writeByte(output, QUOTE);
  writeByte(output, COMMA);
  // Comma, time in quotes, and the five bytes of the operation lie between.
  output.repeat(idLength + 1 + (end - start + 2) + 5, idLength);
}

function writeQuotedInt64(output: OutputBytes, words: Uint32Array, row: number): void {
  writeByte(output, QUOTE);
  output.writeInt64(words[2 * row]!, words[2 * row + 1]!);
  writeByte(output, QUOTE);
}

function writeValue(output: OutputBytes, column: ColumnSource, row: number): void {
  if (column.nulls[row] === 1) {
    output.view.setInt32(output.length, NULL, true);
    output.length += 4;
    return;
  }
  switch (column.write) {
    case WRITE.checkedText:
      refuseNullWord(column, row);
      output.appendJsonString(column, column.offsets[row]!, column.offsets[row + 1]!);
      return;
    case WRITE.escapedText:
      output.appendJsonString(column, column.offsets[row]!, column.offsets[row + 1]!);
      return;
    case WRITE.jsonText:
      output.appendDenseJsonString(column, column.offsets[row]!, column.offsets[row + 1]!);
      return;
    case WRITE.quotedText:
      output.appendPlainString(column, column.offsets[row]!, column.offsets[row + 1]!);
      return;
    case WRITE.bareText:
      writeBareText(output, column, row);
      return;
    case WRITE.int32:
      output.writeInt32(column.integers[row]!);
      return;
    case WRITE.quotedInt64:
      writeQuotedInt64(output, column.words, row);
      return;
    case WRITE.bareInt64:
      output.writeInt64(column.words[2 * row]!, column.words[2 * row + 1]!);
      return;
    case WRITE.float64:
      writeNumber(output, column.doubles[row]!);
      return;
    case WRITE.boolean:
      writeBoolean(output, column.booleans[row]!);
  }
}

function writeBareText(output: OutputBytes, column: ColumnSource, row: number): void {
  const start = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  const first = column.bytes[start]!;
  // NaN, Infinity, -Infinity: numbers that JSON has only as text.
  const isWord = first === 0x4e || first === 0x49 || (first === 0x2d && column.bytes[start + 1] === 0x49);
  if (isWord) output.appendPlainString(column, start, end);
  else output.appendPlain(column, start, end);
}

function writeNumber(output: OutputBytes, value: number): void {
  if (Number.isFinite(value)) output.writeDouble(value);
  else output.append(Number.isNaN(value) ? NOT_A_NUMBER : value > 0 ? INFINITY : MINUS_INFINITY);
}

function writeBoolean(output: OutputBytes, value: number): void {
  output.view.setInt32(output.length, value === 1 ? TRUE : FALSE, true);
  output.length += 4;
  if (value !== 1) writeByte(output, 0x65);
}

function refuseNullWord(column: ColumnSource, row: number): void {
  const start = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  if (end - start === 6 && NULL_WORD.equals(column.bytes.subarray(start, end))) {
    throw nullWordError(column.field, `row ${row} of the batch`);
  }
}

function writeUntold(output: OutputBytes, columns: readonly ColumnSource[], row: number): void {
  for (const [name, mark] of [
    ['unchanged', UNCHANGED],
    ['unknown', UNKNOWN],
  ] as const) {
    const indexes = columns.flatMap((column, index) =>
      column.untold?.[row] === mark ? [index + SYSTEM_FIELDS.length] : [],
    );
    if (indexes.length > 0) output.append(Buffer.from(`,"${name}":[${indexes.join(',')}]`));
  }
  output.reserve(ROOM_OF_VALUE);
}
