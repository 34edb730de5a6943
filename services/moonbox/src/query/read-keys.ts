/** Decides how the keys that one part found become the array text by which another part is asked for just those rows. */
import type { EngineQuery } from '@rtdp/engine/query-contract';
import { TEXT } from '@rtdp/sql/pg-type';

/** `{"1","2"}` for at most `maximum` distinct keys of one text column; undefined when there are more. NULL equals nothing and is left out. */
export async function readKeys(query: EngineQuery, sql: string, maximum: number): Promise<string | undefined> {
  const keys: string[] = [];
  for await (const { rowCount, columns } of query.run(sql, [{ name: 'key', type: TEXT, typeText: 'text' }])) {
    const column = columns[0];
    if (column?.storage !== 'text') throw new TypeError('the keys were to come as text');
    if (keys.length + rowCount > maximum) return undefined;
    const { bytes, offsets, nulls } = column;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < rowCount; row++) {
      if (nulls[row] === 1) continue;
      const key = text.toString('utf8', offsets[row], offsets[row + 1]);
      keys.push(`"${key.replaceAll(/["\\]/g, '\\$&')}"`);
    }
  }
  return `{${keys.join(',')}}`;
}
