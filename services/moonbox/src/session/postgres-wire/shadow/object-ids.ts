/** Decides whether a catalog statement asks by object ids: its text or its parameters have a number that only a mirrored object can have. */
import type { Binding } from '../portal.ts';

/** Postgres numbers its own objects below. */
const FIRST_OF_USERS = 16_384;
const NUMBER = /(?<![\w.])\d{5,10}(?![\w.])/g;
/** Numbers of types whose binary form is one whole number: int8, int4, oid, regproc, regclass, regtype. */
const NUMBERS: ReadonlySet<number> = new Set([20, 23, 26, 24, 2205, 2206]);
/** … and of lists of them: int4[], int8[], oid[]. */
const LISTS: ReadonlySet<number> = new Set([1007, 1016, 1028]);
/** No text begins with a byte below, but every object id below 536,870,912 does. */
const FIRST_PRINTED_BYTE = 0x20;

export function asksByObjectId(text: string, declared: readonly number[], binding: Binding): boolean {
  return (
    namesOne(text) || binding.parameters.some((value, index) => isOne(value, declared[index] ?? 0, binding, index))
  );
}

function isOne(value: Uint8Array | null, type: number, { parameterFormats }: Binding, index: number): boolean {
  if (value === null) return false;
  const format = parameterFormats.length === 1 ? parameterFormats[0] : (parameterFormats[index] ?? 0);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (format === 0) return namesOne(bytes.toString('utf8'));
  if (LISTS.has(type)) return true;
  if (!NUMBERS.has(type) && (type !== 0 || (bytes[0] ?? FIRST_PRINTED_BYTE) >= FIRST_PRINTED_BYTE)) return false;
  if (bytes.length === 8) return bytes.readBigInt64BE() >= FIRST_OF_USERS;
  return bytes.length === 4 && bytes.readUInt32BE() >= FIRST_OF_USERS;
}

function namesOne(text: string): boolean {
  for (const [number] of text.matchAll(NUMBER)) if (Number(number) >= FIRST_OF_USERS) return true;
  return false;
}
