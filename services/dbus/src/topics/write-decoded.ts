/** Decides how a value that the registry explained is written as JSON: nothing becomes null, or another number, on the way. */

/** Bytes are `\x` and hex, as Postgres prints them; what JSON has no number for (64 bits, NaN, the infinities) is a text. */
export function writeDecoded(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(writeDecoded);
  if (typeof value !== 'object' || value === null) return value ?? null;
  // A message of Protobuf knows best how it is written.
  if ('toJSON' in value && typeof value.toJSON === 'function') return writeDecoded(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, writeDecoded(each)]));
}
