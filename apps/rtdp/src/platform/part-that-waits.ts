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

/** A service that misses only parts which answer has not noticed that yet. */
export function asGoingOn(
  check: PartCheck,
  stateOf: (name: PartName) => PartState | undefined,
): { state: PartState; detail: string } {
  const { state, detail, unwell = [] } = check;
  const answering = PART_NAMES.filter((name) => unwell.includes(name) && stateOf(name) === 'ok');
  if (state !== 'degraded' || answering.length === 0 || answering.length < unwell.length) return { state, detail };
  return { state: 'waiting', detail: `for ${answering.join(' and ')}, which answers by now; it goes on by itself` };
}

/** What `status` sees in one look, beside what the supervisor knows: what it still starts is not unwell, and who misses only that waits. */
export function asOneLook(
  checks: readonly PartCheck[],
  supervised: Partial<Record<PartName, PartState>>,
): { name: PartName; state: PartState; detail: string }[] {
  const stateOf = (name: PartName): PartState | undefined => {
    const seen = checks.find((check) => check.name === name)?.state;
    const known = supervised[name];
    return seen !== 'ok' && (known === 'preparing' || known === 'starting') ? 'starting' : seen;
  };
  return checks.map((check) => {
    const { name } = check;
    if (stateOf(name) === 'starting') return { name, state: 'starting', detail: 'it comes up by itself' };
    const waiting = asWaiting(check, stateOf);
    return { name, ...(waiting.state === 'waiting' ? waiting : asGoingOn(check, stateOf)) };
  });
}

function isStarting(state: PartState | undefined): boolean {
  return state === 'waiting' || state === 'preparing' || state === 'starting';
}
