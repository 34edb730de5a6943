/** Decides how rows become CSV, as Postgres' COPY writes it: NULL is nothing, an empty text is "", and what has a comma, quote or line end is quoted. */

import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import { toTextColumn } from '@rtdp/stores/to-text-column';
import type { Column, TextColumn } from '@rtdp/ums/batch';
import type { OutputBytes } from '@rtdp/ums/output-bytes';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EMPTY_TEXT = Buffer.from('""');

export class CsvRows {
  readonly #output: OutputBytes;

  /** @param output shared by all answers */
  constructor(output: OutputBytes) {
    this.#output = output;
  }

  header(columns: readonly ResultColumn[]): Buffer {
    const names = columns.map(({ name }) =>
      /[",\r\n]/.test(name) || name === '' ? `"${name.replaceAll('"', '""')}"` : name,
    );
    return Buffer.from(`${names.join(',')}\n`);
  }

  /** All rows, each with its line end. The bytes are the caller's. */
  write(batch: ColumnBatch): Buffer {
    const output = this.#output;
    const columns = batch.columns.map((column) => asText(column, batch.rowCount));
    let at = output.begin();
    for (let row = 0; row < batch.rowCount; row++) {
      for (let index = 0; index < columns.length; index++) {
        const { bytes, offsets, nulls } = columns[index]!;
        const start = offsets[row]!;
        const end = offsets[row + 1]!;
        output.reserve(at, 2 * (end - start) + 4);
        if (index > 0) output.bytes[at++] = COMMA;
        if (nulls[row] === 1) continue;
        at = start === end ? output.write(at, EMPTY_TEXT) : writeText(output.bytes, at, bytes, start, end);
      }
      output.reserve(at, 1);
      output.bytes[at++] = LINE_FEED;
    }
    return output.take(at);
  }
}

/** Needs room for twice the text and its quotes. */
function writeText(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
  if (!needsQuotes(source, start, end)) {
    for (let index = start; index < end; index++) target[at++] = source[index]!;
    return at;
  }
  target[at++] = QUOTE;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if (byte === QUOTE) target[at++] = QUOTE;
    target[at++] = byte;
  }
  target[at++] = QUOTE;
  return at;
}

function needsQuotes(source: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if (byte === COMMA || byte === QUOTE || byte === LINE_FEED || byte === CARRIAGE_RETURN) return true;
  }
  return false;
}

function asText(column: Column, rowCount: number): TextColumn {
  if (column.storage !== 'boolean') return toTextColumn(column, rowCount);
  // Postgres writes t and f.
  const bytes = Uint8Array.from(column.values, (value) => (value === 1 ? 0x74 : 0x66));
  return {
    storage: 'text',
    bytes,
    offsets: Uint32Array.from({ length: rowCount + 1 }, (_, row) => row),
    nulls: column.nulls,
  };
}
