/** Decides how rows become JSON: typed columns straight to bytes, one array a row, without an object or a text per value. */
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';
import type { OutputBytes } from '@rtdp/ums/output-bytes';

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const DIGIT_NINE = 0x39;
/** Room for whatever is not a text. */
const LONGEST_NUMBER = 40;

/** Writes the value of a row at `at`, and gives the position behind it. */
type CellWriter = (at: number, row: number) => number;

export class JsonRows {
  readonly #output: OutputBytes;
  readonly #columns: readonly ResultColumn[];
  readonly #separator: number;

  /**
   * @param separator between two rows: a comma, or a line feed
   * @param output shared by all answers: a piece of memory of its own for each would cost more than the small ones themselves
   */
  constructor(columns: readonly ResultColumn[], separator: ',' | '\n', output: OutputBytes) {
    this.#output = output;
    this.#columns = columns;
    this.#separator = separator.charCodeAt(0);
  }

  /** All rows, without a separator before or behind. The bytes are the caller's. */
  write(batch: ColumnBatch): Buffer {
    const output = this.#output;
    const cells = batch.columns.map((column, index) => this.#cellWriter(column, this.#columns[index]!));
    let at = output.begin();
    for (let row = 0; row < batch.rowCount; row++) {
      output.reserve(at, 3);
      if (row > 0) output.bytes[at++] = this.#separator;
      output.bytes[at++] = OPEN;
      for (let index = 0; index < cells.length; index++) {
        output.reserve(at, LONGEST_NUMBER);
        if (index > 0) output.bytes[at++] = COMMA;
        at = batch.columns[index]!.nulls[row] === 1 ? output.write(at, NULL) : cells[index]!(at, row);
      }
      output.reserve(at, 1);
      output.bytes[at++] = CLOSE;
    }
    return output.take(at);
  }

  #cellWriter(column: Column, { type }: ResultColumn): CellWriter {
    const output = this.#output;
    switch (column.storage) {
      case 'boolean':
        return (at, row) => output.write(at, column.values[row] === 1 ? TRUE : FALSE);
      case 'int32':
        return (at, row) => output.writeInt32(at, column.values[row]!);
      case 'int64': {
        // A JSON reader would round what is beyond 2^53, so it is written as a text.
        const { buffer, byteOffset, length } = column.values;
        const halves = new Uint32Array(buffer, byteOffset, 2 * length);
        return (at, row) => {
          output.bytes[at++] = QUOTE;
          at = output.writeInt64(at, halves[2 * row]!, halves[2 * row + 1]!);
          output.bytes[at++] = QUOTE;
          return at;
        };
      }
      case 'float64':
        return (at, row) => {
          const value = column.values[row]!;
          return Number.isFinite(value) ? output.writeDouble(at, value) : output.write(at, Buffer.from(`"${value}"`));
        };
      case 'text': {
        const { bytes, offsets } = column;
        const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
        if (type.name === 'float4') {
          // Postgres prints a number as JSON does; NaN and the infinities end with a letter.
          return (at, row) =>
            bytes[offsets[row + 1]! - 1]! <= DIGIT_NINE
              ? output.writePlain(at, source, offsets[row]!, offsets[row + 1]!)
              : output.writePlainString(at, source, offsets[row]!, offsets[row + 1]!);
        }
        return (at, row) => output.writeJsonString(at, source, offsets[row]!, offsets[row + 1]!);
      }
    }
  }
}
