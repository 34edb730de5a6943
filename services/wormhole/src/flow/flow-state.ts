/** Decides which states a flow can be in, and which steps lead from where to where: the whole table, nothing else. */
import { RtdpError } from '@rtdp/ums/error';

export const FLOW_STATES = ['stopped', 'starting', 'running', 'retrying', 'paused', 'failed'] as const;
export type FlowState = (typeof FLOW_STATES)[number];

export const FLOW_STEPS = ['start', 'started', 'trouble', 'recovered', 'pause', 'resume', 'stop', 'fail'] as const;
export type FlowStep = (typeof FLOW_STEPS)[number];

/**
 * stopped: deployed, holds nothing. starting: sink and partitions are being claimed. running: rows flow (single tables may
 * be paused). retrying: the sink does not answer; tried again with growing pauses. paused: on request; keeps its place.
 * failed: cannot go on by itself; the reason says why. `null`: the step is not possible there.
 */
const TRANSITIONS: Record<FlowState, Record<FlowStep, FlowState | null>> = {
  stopped: {
    start: 'starting',
    started: null,
    trouble: null,
    recovered: null,
    pause: null,
    resume: null,
    stop: 'stopped',
    fail: 'failed',
  },
  starting: {
    start: 'starting',
    started: 'running',
    trouble: 'retrying',
    recovered: 'running',
    pause: 'paused',
    resume: null,
    stop: 'stopped',
    fail: 'failed',
  },
  running: {
    start: 'running',
    started: 'running',
    trouble: 'retrying',
    recovered: 'running',
    pause: 'paused',
    resume: 'running',
    stop: 'stopped',
    fail: 'failed',
  },
  retrying: {
    start: 'retrying',
    started: 'running',
    trouble: 'retrying',
    recovered: 'running',
    pause: 'paused',
    resume: 'retrying',
    stop: 'stopped',
    fail: 'failed',
  },
  paused: {
    start: 'starting',
    started: null,
    trouble: null,
    recovered: null,
    pause: 'paused',
    resume: 'starting',
    stop: 'stopped',
    fail: 'failed',
  },
  failed: {
    start: 'starting',
    started: null,
    trouble: null,
    recovered: null,
    pause: null,
    resume: 'starting',
    stop: 'stopped',
    fail: 'failed',
  },
};

/** The state after a step, or null where the step means nothing (an answer that came late, for example). */
export function stateAfter(state: FlowState, step: FlowStep): FlowState | null {
  return TRANSITIONS[state][step];
}

/** The state after a step that somebody asked for. @throws RtdpError WORMHOLE_FLOW_STATE */
export function requireStep(name: string, state: FlowState, step: FlowStep): FlowState {
  const next = stateAfter(state, step);
  if (next !== null) return next;
  const possible = FLOW_STEPS.filter(
    (other) => TRANSITIONS[state][other] !== null && ['start', 'pause', 'resume', 'stop'].includes(other),
  );
  throw new RtdpError({
    code: 'WORMHOLE_FLOW_STATE',
    message: `flow ${name} is ${state} and cannot ${step}`,
    next: `From ${state} it can ${possible.join(', ')}.`,
    facts: { flow: name, state, step, possible },
  });
}
