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

/** What `status` sees in one look: a service that misses only parts which answer has not noticed that yet. */
export function asGoingOn(check: PartCheck, checks: readonly PartCheck[]): { state: PartState; detail: string } {
  const { state, detail, unwell = [] } = check;
  const answering = checks.filter((other) => unwell.includes(other.name) && other.state === 'ok');
  if (state !== 'degraded' || answering.length === 0 || answering.length < unwell.length) return { state, detail };
  const names = answering.map(({ name }) => name).join(' and ');
  return { state: 'waiting', detail: `for ${names}, which answers by now; it goes on by itself` };
}

function isStarting(state: PartState | undefined): boolean {
  return state === 'waiting' || state === 'preparing' || state === 'starting';
}
