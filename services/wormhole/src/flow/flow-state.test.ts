import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FLOW_STATES, FLOW_STEPS, requireStep, stateAfter } from './flow-state.ts';

it('only somebody who asks brings a flow out of stopped, paused and failed', () => {
  for (const state of ['stopped', 'paused', 'failed'] as const) {
    for (const step of ['started', 'trouble', 'recovered'] as const) expect(stateAfter(state, step)).toBeNull();
  }
});

it('every state can be stopped, and every state but stopped was reached by a step', () => {
  for (const state of FLOW_STATES) expect(stateAfter(state, 'stop')).toBe('stopped');
  const reached = new Set(FLOW_STATES.flatMap((state) => FLOW_STEPS.map((step) => stateAfter(state, step))));
  for (const state of FLOW_STATES) expect(reached).toContain(state);
});

it('after any steps, a start and its success lead to running', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FLOW_STEPS)), (steps) => {
      const end = steps.reduce<(typeof FLOW_STATES)[number]>(
        (state, step) => stateAfter(state, step) ?? state,
        'stopped',
      );
      const started = stateAfter(requireStep('f', end, 'start'), 'started');
      expect(started).toBe('running');
    }),
  );
});

it('a step that is not possible is refused with those that are', () => {
  expect(() => requireStep('f', 'failed', 'pause')).toThrowError(
    expect.objectContaining({ code: 'WORMHOLE_FLOW_STATE', next: 'From failed it can start, resume, stop.' }),
  );
});
