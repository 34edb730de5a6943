/** Decides whether a part is unwell, or only waits for another one that is still starting. */
import type { PartCheck } from './check-parts.ts';
import { PART_NAMES, type PartName, type PartState } from './contract.ts';

/** @param stateOf what the supervisor knows of a part; undefined for one that it does not run */
export function asWaiting(
  check: PartCheck,
  stateOf: (name: PartName) => PartState | undefined,
): { state: PartState; detail: string } {
  const { state, detail, unwell = [] } = check;
  const starting = PART_NAMES.filter((name) => unwell.includes(name) && isStarting(stateOf(name)));
  if (state !== 'degraded' || starting.length === 0 || starting.length < unwell.length) return { state, detail };
  return {
    state: 'waiting',
    detail: `for ${starting.join(' and ')}, still starting; the rest of it works already`,
  };
}

function isStarting(state: PartState | undefined): boolean {
  return state === 'waiting' || state === 'preparing' || state === 'starting';
}
