/** Decides which command a pull takes in which state: one total table. */
import { RtdpError } from '@rtdp/ums/error';

export const PULL_STATES = [
  /** Asked for; waits for its turn, or for transactions that must end first. */
  'waiting',
  'running',
  /** Held by request between two chunks. */
  'paused',
  'done',
  /** Ended by request: no end mark was sent, so sinks delete nothing. */
  'cancelled',
  /** Gave up; the reason says why, `resume` goes on from the last finished chunk. */
  'failed',
] as const;
export type PullState = (typeof PULL_STATES)[number];

export const PULL_COMMANDS = ['pause', 'resume', 'cancel', 'rerun'] as const;
export type PullCommand = (typeof PULL_COMMANDS)[number];

type Answer = { to: PullState } | { refused: string };
const to = (state: PullState): Answer => ({ to: state });
const no = (refused: string): Answer => ({ refused });

const TABLE: Readonly<Record<PullState, Readonly<Record<PullCommand, Answer>>>> = {
  waiting: {
    pause: to('paused'),
    resume: no('it waits for its turn already'),
    cancel: to('cancelled'),
    rerun: no('it has not run yet'),
  },
  running: {
    pause: to('paused'),
    resume: no('it runs already'),
    cancel: to('cancelled'),
    rerun: no('it still runs; cancel it first'),
  },
  paused: {
    pause: no('it is paused already'),
    resume: to('waiting'),
    cancel: to('cancelled'),
    rerun: no('it is paused; resume or cancel it first'),
  },
  done: {
    pause: no('it is done'),
    resume: no('it is done; rerun starts a new one'),
    cancel: no('it is done'),
    rerun: to('done'),
  },
  cancelled: {
    pause: no('it was cancelled'),
    resume: no('it was cancelled; rerun starts a new one'),
    cancel: no('it was cancelled already'),
    rerun: to('cancelled'),
  },
  failed: {
    pause: no('it has failed; there is nothing to hold'),
    resume: to('waiting'),
    cancel: to('cancelled'),
    rerun: to('failed'),
  },
};

/** The state that the pull itself goes to (a rerun leaves it as it is and makes a new one). @throws RtdpError DBUS_PULL_STATE */
export function nextPullState(id: string, state: PullState, command: PullCommand): PullState {
  const answer = TABLE[state][command];
  if ('to' in answer) return answer.to;
  const allowed = PULL_COMMANDS.filter((other) => 'to' in TABLE[state][other]);
  throw new RtdpError({
    code: 'DBUS_PULL_STATE',
    message: `the pull cannot ${command}: ${answer.refused}`,
    next: allowed.length === 0 ? 'Nothing can be done with it.' : `In this state it takes: ${allowed.join(', ')}.`,
    facts: { pull: id, state, command, allowed },
  });
}
