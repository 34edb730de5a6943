/**
 * Decides what the id of a live event says: which commit of each table the browser was told, so that any instance, also one that has just
 * started, knows what it missed. Tables go by a short hash: the id comes back in a header.
 */
import { createHash } from 'node:crypto';

const HASH_LENGTH = 10;
const ENTRY = /^([\w-]{10})(\d{1,20}|-)$/;
const UNKNOWN = '-';

/** `null` where no commit of the table is known. */
export function writeMark(told: ReadonlyMap<string, string | null>): string {
  return [...told].map(([namespace, number]) => `${hashOf(namespace)}${number ?? UNKNOWN}`).join('.');
}

/** The commits told of the tables; those that the mark does not name are left out. An id that is not ours names none. */
export function readMark(mark: string, namespaces: Iterable<string>): Map<string, string> {
  const byHash = new Map<string, string>();
  for (const entry of mark.split('.')) {
    const [, hash, number] = ENTRY.exec(entry) ?? [];
    if (hash !== undefined && number !== undefined && number !== UNKNOWN) byHash.set(hash, number);
  }
  const told = new Map<string, string>();
  for (const namespace of namespaces) {
    const number = byHash.get(hashOf(namespace));
    if (number !== undefined) told.set(namespace, number);
  }
  return told;
}

function hashOf(namespace: string): string {
  return createHash('sha256').update(namespace).digest('base64url').slice(0, HASH_LENGTH);
}
