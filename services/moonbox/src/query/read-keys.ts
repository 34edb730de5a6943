/** Decides how the keys that one part found are told to another part, which is asked for just those rows. */
import type { EngineQuery } from '@rtdp/engine/query-contract';
import { TEXT } from '@rtdp/sql/pg-type';
import type { PlanPart } from '../plan/contract.ts';

type Asked = Pick<PlanPart, 'sql' | 'parameters'>;

/** What the part is asked: for rows with the keys that are in the engine now, or for all where there are too many. */
export async function askForKeys(
  query: EngineQuery,
  { sql, parameters }: Asked,
  reduce: NonNullable<PlanPart['reduce']>,
): Promise<Asked> {
  const keys = await readKeys(query, reduce.keys, reduce.maximum);
  if (keys === undefined) return { sql, parameters };
  if (reduce.list === undefined) return { sql: reduce.sql, parameters: [...parameters, arrayText(keys)] };
  const { form, rest } = reduce.list;
  // What the source has no literal for is not left out by asking for all.
  if (!keys.every((key) => FORMS[form].test(key))) return { sql, parameters };
  const literals = form === 'integers' ? keys : keys.map((key) => `'${key}'`);
  // A list without an item is an error there; NULL equals nothing.
  return { sql: `${reduce.sql}${literals.join(', ') || 'NULL'}${rest}`, parameters };
}

/** At most `maximum` distinct keys of one text column; undefined when there are more. NULL equals nothing and is left out. */
async function readKeys(query: EngineQuery, sql: string, maximum: number): Promise<string[] | undefined> {
  const keys: string[] = [];
  for await (const { rowCount, columns } of query.run(sql, [{ name: 'key', type: TEXT, typeText: 'text' }])) {
    const column = columns[0];
    if (column?.storage !== 'text') throw new TypeError('the keys were to come as text');
    if (keys.length + rowCount > maximum) return undefined;
    const { bytes, offsets, nulls } = column;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < rowCount; row++) {
      if (nulls[row] !== 1) keys.push(text.toString('utf8', offsets[row], offsets[row + 1]));
    }
  }
  return keys;
}

/** `{"1","2"}` */
function arrayText(keys: readonly string[]): string {
  return `{${keys.map((key) => `"${key.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const FORMS = { integers: /^-?\d{1,19}$/, dates: /^\d{4}-\d\d-\d\d$/ } as const;
