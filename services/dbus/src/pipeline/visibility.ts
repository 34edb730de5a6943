/** Decides whether a Postgres snapshot contains a transaction, given the text of `pg_current_snapshot()`. */

/** A snapshot as `xmin:xmax:xip,xip,…`, of 64-bit transaction ids. */
export interface VisibilitySnapshot {
  minimum: bigint;
  maximum: bigint;
  running: ReadonlySet<bigint>;
}

/** Reads the text of `pg_current_snapshot()`. Throws SyntaxError on anything else. */
export function readSnapshot(text: string): VisibilitySnapshot {
  const [minimum, maximum, running] = text.split(':');
  if (minimum === undefined || maximum === undefined || running === undefined) {
    throw new SyntaxError(`"${text}" is not a snapshot of the form xmin:xmax:xip,xip`);
  }
  return {
    minimum: BigInt(minimum),
    maximum: BigInt(maximum),
    running: new Set(running === '' ? [] : running.split(',').map(BigInt)),
  };
}

/**
 * The log gives 32 bits of a transaction id; the snapshot's own ids tell the rest: it is the greatest id with these bits that
 * is at most 2^31 past the snapshot's xmax.
 */
export function widenXid(xid: number, snapshot: VisibilitySnapshot): bigint {
  const limit = snapshot.maximum + 0x7fff_ffffn;
  const wide = ((limit >> 32n) << 32n) | BigInt(xid >>> 0);
  return wide > limit ? wide - 0x1_0000_0000n : wide;
}

/** Same answer as `pg_visible_in_snapshot`. */
export function isVisibleIn(snapshot: VisibilitySnapshot, xid: number): boolean {
  const wide = widenXid(xid, snapshot);
  if (wide < snapshot.minimum) return true;
  if (wide >= snapshot.maximum) return false;
  return !snapshot.running.has(wide);
}

/** Those of `xids` that the snapshot does not contain: a chunk read under it may be used only if there are none. */
export function unseenIn(snapshot: VisibilitySnapshot, xids: Iterable<number>): number[] {
  const unseen: number[] = [];
  for (const xid of xids) if (!isVisibleIn(snapshot, xid)) unseen.push(xid);
  return unseen;
}
