/** Decides how rows of a batch become UMS messages again, straight from the columns: the same bytes that `writeMessage` gives. */
import { type Batch, type Column, type TextColumn, UNCHANGED, UNKNOWN } from './batch.ts';
import { envelopePrefix, envelopeSuffix } from './envelope.ts';
import { RtdpError } from './error.ts';
import { OutputBytes, type ReadableBytes } from './output-bytes.ts';
import { dataFields, readsNullWord, SYSTEM_FIELDS, type UmsField, type UmsType } from './types.ts';
import { nullWordError } from './value-check.ts';

export interface BatchWriterHead {
  readonly kind: string;
  /** Escaped form. */
  readonly namespace: string;
  readonly batchId: number;
  /** Of the table, in the order of the batch's columns; every column must be there (a reader's `skip` cannot be written). */
  readonly fields: readonly UmsField[];
}

const ROW_START = Buffer.from('{"tuple":["');
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NOT_A_NUMBER = Buffer.from('"NaN"');
const INFINITY = Buffer.from('"Infinity"');
const MINUS_INFINITY = Buffer.from('"-Infinity"');
const NULL_WORD = Buffer.from('_NULL_');
const COMMA = 0x2c;
const QUOTE = 0x22;

/** How the text of a type stands in JSON. */
type TextForm = 'escaped' | 'quoted' | 'bare';

const TEXT_FORMS: Readonly<Record<UmsType, TextForm>> = {
  int: 'bare',
  long: 'quoted',
  float: 'bare',
  double: 'bare',
  decimal: 'quoted',
  boolean: 'bare',
  string: 'escaped',
  date: 'quoted',
  datetime: 'quoted',
  binary: 'quoted',
  jsonobject: 'escaped',
  jsonarray: 'escaped',
};

/** A column made ready for one `write`. */
interface Source {
  readonly column: Column;
  readonly field: UmsField;
  /** Of a text column. */
  readonly text: ReadableBytes;
  readonly form: TextForm;
  readonly words: Uint32Array;
}

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
    const sources = this.head.fields.map((field, index) => prepare(field, batch.columns[index]));
    const ids = new Uint32Array(batch.ids.buffer, batch.ids.byteOffset, 2 * batch.rowCount);
    const timestamps = readable(batch.timestamps);
    output.clear();
    output.append(this.prefix);
    for (let row = start; row < end; row++) {
      if (row > start) output.bytes[output.length++] = COMMA;
      this.writeSystemValues(batch, ids, timestamps, row);
      for (const source of sources) {
        output.reserve(32);
        output.bytes[output.length++] = COMMA;
        writeValue(output, source, row);
      }
      this.closeRow(sources, row);
    }
    output.append(Buffer.from(envelopeSuffix(context)));
    return output.copy();
  }

  private writeSystemValues(batch: Batch, ids: Uint32Array, timestamps: ReadableBytes, row: number): void {
    const { output } = this;
    output.append(ROW_START);
    output.reserve(64);
    const idAt = output.length;
    output.writeInt64(ids[2 * row]!, ids[2 * row + 1]!);
    const idEnd = output.length;
    output.bytes[output.length++] = QUOTE;
    output.bytes[output.length++] = COMMA;
    const { offsets } = batch.timestamps;
    output.appendPlainString(timestamps, offsets[row]!, offsets[row + 1]!);
    output.reserve(64);
    const { bytes } = output;
    let at = output.length;
    bytes[at++] = COMMA;
    bytes[at++] = QUOTE;
    bytes[at++] = batch.operations[row]!;
    bytes[at++] = QUOTE;
    bytes[at++] = COMMA;
    bytes[at++] = QUOTE;
    output.length = at;
    output.appendPlain(output, idAt, idEnd);
    output.bytes[output.length++] = QUOTE;
  }

  private closeRow(sources: readonly Source[], row: number): void {
    const { output } = this;
    output.reserve(2);
    output.bytes[output.length++] = 0x5d;
    if (sources.some((source) => (source.column.untold?.[row] ?? 0) !== 0)) {
      output.append(Buffer.from(untoldMembers(sources, row)));
    }
    output.reserve(2);
    output.bytes[output.length++] = 0x7d;
  }
}

function writeValue(output: OutputBytes, source: Source, row: number): void {
  const { column } = source;
  if (column.nulls[row] === 1) {
    output.append(NULL);
    return;
  }
  switch (column.storage) {
    case 'text':
      writeText(output, source, column, row);
      return;
    case 'int32':
      output.writeInt32(column.values[row]!);
      return;
    case 'int64':
      if (source.field.type === 'int') {
        output.writeInt64(source.words[2 * row]!, source.words[2 * row + 1]!);
        return;
      }
      output.bytes[output.length++] = QUOTE;
      output.writeInt64(source.words[2 * row]!, source.words[2 * row + 1]!);
      output.bytes[output.length++] = QUOTE;
      return;
    case 'float64':
      writeNumber(output, column.values[row]!);
      return;
    case 'boolean':
      output.append(column.values[row] === 1 ? TRUE : FALSE);
  }
}

function writeText(output: OutputBytes, source: Source, column: TextColumn, row: number): void {
  const start = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  if (source.form === 'quoted') {
    output.appendPlainString(source.text, start, end);
  } else if (source.form === 'escaped') {
    if (end - start === 6) refuseNullWord(source, start, end, row);
    output.appendJsonString(source.text, start, end);
  } else if (isWord(column.bytes[start]!, column.bytes[start + 1]!)) {
    output.appendPlainString(source.text, start, end);
  } else {
    output.appendPlain(source.text, start, end);
  }
}

/** NaN, Infinity, -Infinity: numbers that JSON has only as text. */
function isWord(first: number, second: number): boolean {
  return first === 0x4e || first === 0x49 || (first === 0x2d && second === 0x49);
}

function writeNumber(output: OutputBytes, value: number): void {
  if (Number.isFinite(value)) output.writeDouble(value);
  else output.append(Number.isNaN(value) ? NOT_A_NUMBER : value > 0 ? INFINITY : MINUS_INFINITY);
}

function refuseNullWord(source: Source, start: number, end: number, row: number): void {
  if (source.field.type !== 'string' || !readsNullWord(source.field)) return;
  if (NULL_WORD.equals(source.text.bytes.subarray(start, end)))
    throw nullWordError(source.field, `row ${row} of the batch`);
}

function untoldMembers(sources: readonly Source[], row: number): string {
  const indexes = (mark: number) =>
    sources.flatMap((source, index) => (source.column.untold?.[row] === mark ? [index + SYSTEM_FIELDS.length] : []));
  const [unchanged, unknown] = [indexes(UNCHANGED), indexes(UNKNOWN)];
  const members = unchanged.length > 0 ? `,"unchanged":[${unchanged.join(',')}]` : '';
  return unknown.length > 0 ? `${members},"unknown":[${unknown.join(',')}]` : members;
}

function prepare(field: UmsField, column: Column | undefined): Source {
  if (column === undefined) {
    throw new RtdpError({
      code: 'UMS_PLAN',
      message: `The batch has no column for ${field.name}.`,
      next: 'Read the batch with a plan that skips nothing that is written.',
      facts: { column: field.name },
    });
  }
  const values = column.storage === 'int64' ? column.values : null;
  return {
    column,
    field,
    text: readable(column.storage === 'text' ? column : null),
    form: TEXT_FORMS[field.type],
    words: values === null ? new Uint32Array(0) : new Uint32Array(values.buffer, values.byteOffset, 2 * values.length),
  };
}

function readable(column: TextColumn | null): ReadableBytes {
  const bytes = column?.bytes ?? new Uint8Array(0);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
