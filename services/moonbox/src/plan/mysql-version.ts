/** Decides what a MySQL or MariaDB can do by its version, as far as plans depend on it. */
import type { ServerFacts } from '@rtdp/stores/scan-contract';

/** Collations that compare the code points and keep trailing blanks: the order of bytes in UTF-8. Undefined where it has none. */
export function byteCollation(facts: ServerFacts | undefined): string | undefined {
  if (facts?.product === 'mariadb') return isAtLeast(facts, [10, 2, 2]) ? 'utf8mb4_nopad_bin' : undefined;
  return facts?.product === 'mysql' && isAtLeast(facts, [8, 0, 17]) ? 'utf8mb4_0900_bin' : undefined;
}

/** It has window functions and WITH. */
export function hasWindows(facts: ServerFacts | undefined): boolean {
  if (facts === undefined) return false;
  return facts.product === 'mariadb'
    ? isAtLeast(facts, [10, 2, 2])
    : facts.product === 'mysql' && isAtLeast(facts, [8, 0, 2]);
}

/** Older MariaDBs call themselves `5.5.5-10.…` on the wire. */
export function isAtLeast({ version }: ServerFacts, wanted: readonly [number, number, number]): boolean {
  const match = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const own = match.slice(1, 4).map(Number);
  const differing = wanted.findIndex((number, index) => own[index] !== number);
  return differing < 0 || own[differing]! > wanted[differing]!;
}
