/** Decides how a position in Postgres' log is written: `16/B3748` as the server does, a bigint inside. */

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** Throws SyntaxError on anything else than `hex/hex`. */
export function parseLsn(text: string): bigint {
  const found = /^([0-9a-fA-F]{1,8})\/([0-9a-fA-F]{1,8})$/.exec(text);
  if (found === null) throw new SyntaxError(`${JSON.stringify(text)} is not a position in the log, such as 16/B3748`);
  return (BigInt(`0x${found[1]}`) << 32n) | BigInt(`0x${found[2]}`);
}
