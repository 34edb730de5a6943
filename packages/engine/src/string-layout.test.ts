import duckdb from '@duckdb/node-bindings';
import { expect, test } from 'vitest';
import { readTexts, readValidity, StringReader, StringWriter, textChunk, writeNulls } from './string-layout.ts';

const WHAT_TO_DO =
  'the layout of strings differs in this version of the engine: see string-layout.ts before it is pinned';

/** Lengths around the 12 bytes that fit in place, empty ones, several bytes a character, and one larger than any page. */
const TEXTS = [
  '',
  'a',
  'eleven byte',
  'twelve bytes',
  'thirteen byte',
  null,
  'é'.repeat(6),
  'é'.repeat(7),
  '日本語',
  'a longer text that lies outside of the slot',
  '',
  null,
  'x'.repeat(100_000),
  'after the large one',
  'nul \0 inside',
];

test('strings survive the way into a vector and back', () => {
  const rows = Array.from({ length: 2048 }, (_, row) => TEXTS[row % TEXTS.length]!).map((text, row) =>
    // The large one once is enough.
    text !== null && text.length > 1000 && row > TEXTS.length ? `row ${row} of the vector` : text,
  );
  const chunk = textChunk(rows.length);
  const vector = duckdb.data_chunk_get_vector(chunk, 0);
  new StringWriter().writeTexts(vector, rows);
  writeNulls(
    vector,
    Uint8Array.from(rows, (text) => (text === null ? 1 : 0)),
    0,
    rows.length,
  );
  expect(readTexts(vector, rows.length), WHAT_TO_DO).toEqual(rows);
  // The binding's own way of reading agrees.
  const data = duckdb.vector_get_data(vector, rows.length * 16);
  const view = new DataView(data.buffer, data.byteOffset);
  for (const [row, text] of rows.entries()) {
    if (text === null) continue;
    const length = view.getUint32(row * 16, true);
    const bytes =
      length <= 12
        ? data.subarray(row * 16 + 4, row * 16 + 4 + length)
        : duckdb.get_data_from_pointer(data.buffer as ArrayBuffer, data.byteOffset + row * 16 + 8, length);
    expect(Buffer.from(bytes).toString(), WHAT_TO_DO).toBe(text);
  }
});

test('only short strings need no memory outside of their slots', () => {
  const chunk = textChunk(3);
  const vector = duckdb.data_chunk_get_vector(chunk, 0);
  new StringWriter().writeTexts(vector, ['ab', '', 'cdefgh']);
  expect(readTexts(vector, 3), WHAT_TO_DO).toEqual(['ab', '', 'cdefgh']);
});

test('the engine itself reads what was written, and strings of any origin are read back', async () => {
  const database = await duckdb.open(':memory:');
  const connection = await duckdb.connect(database);
  const result = await duckdb.query(
    connection,
    `SELECT CASE WHEN i % 5 = 0 THEN NULL WHEN i % 3 = 0 THEN 'x' || i ELSE repeat(chr((97 + i % 26)::INTEGER), i % 60) || 'é' END, CASE WHEN i % 5 = 0 THEN NULL WHEN i % 3 = 0 THEN 'x' || i ELSE repeat(chr((97 + i % 26)::INTEGER), i % 60) || 'é' END FROM range(10000) t(i)`,
  );
  const reader = new StringReader();
  const texts: (string | null)[] = [];
  for (let index = 0; index < duckdb.result_chunk_count(result); index += 1) {
    const chunk = duckdb.result_get_chunk(result, index);
    const count = duckdb.data_chunk_get_size(chunk);
    const vector = duckdb.data_chunk_get_vector(chunk, 0);
    reader.append(vector, count, readValidity(vector, count));
    texts.push(...readTexts(duckdb.data_chunk_get_vector(chunk, 1), count));
  }
  const expected = Array.from({ length: 10_000 }, (_, i) =>
    i % 5 === 0 ? null : i % 3 === 0 ? `x${i}` : `${String.fromCharCode(97 + (i % 26)).repeat(i % 60)}é`,
  );
  expect(texts, WHAT_TO_DO).toEqual(expected);
  const collected = expected.map((_, row) =>
    reader.bytes.toString('utf8', reader.offsets[row]!, reader.offsets[row + 1]!),
  );
  expect(collected, WHAT_TO_DO).toEqual(expected.map((text) => text ?? ''));
  duckdb.disconnect_sync(connection);
  duckdb.close_sync(database);
});
