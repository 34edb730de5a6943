/** Decides which command a source takes in which state, and what is said when it does not: one total table. */
import { RtdpError } from '@rtdp/ums/error';

export const SOURCE_STATES = [
  /** Registered; nothing was started yet. */
  'registered',
  /** Prerequisites, publications, slot and topics are being looked at. */
  'starting',
  /** The stream runs, or reconnects by itself. */
  'running',
  /** Held by request: the slot stays, its lag is watched, `start` goes on where it was. */
  'paused',
  /** Ended by request or because going on would lose data; the reason says which. Not started again by itself. */
  'stopped',
  /** Starting failed for a reason that may mend by itself; it is tried again. */
  'failed',
  /** Slot, publications and everything known of it are being taken away. */
  'removing',
] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

export const SOURCE_COMMANDS = ['start', 'pause', 'stop', 'change', 'remove'] as const;
export type SourceCommand = (typeof SOURCE_COMMANDS)[number];

/** The state a command leads to, or the sentence that refuses it. */
type Answer = { to: SourceState } | { refused: string };

const to = (state: SourceState): Answer => ({ to: state });
const no = (refused: string): Answer => ({ refused });

const REMOVING = no('it is being removed');
const TABLE: Readonly<Record<SourceState, Readonly<Record<SourceCommand, Answer>>>> = {
  registered: {
    start: to('starting'),
    pause: no('it was never started, so there is nothing to pause'),
    stop: to('stopped'),
    change: to('registered'),
    remove: to('removing'),
  },
  starting: {
    start: no('it is starting already'),
    pause: to('paused'),
    stop: to('stopped'),
    change: no('it is starting; change it when it runs, or stop it first'),
    remove: to('removing'),
  },
  running: {
    start: no('it runs already'),
    pause: to('paused'),
    stop: to('stopped'),
    change: to('running'),
    remove: to('removing'),
  },
  paused: {
    start: to('starting'),
    pause: no('it is paused already'),
    stop: to('stopped'),
    change: to('paused'),
    remove: to('removing'),
  },
  stopped: {
    start: to('starting'),
    pause: no('it is stopped; a pause holds only what runs'),
    stop: no('it is stopped already'),
    change: to('stopped'),
    remove: to('removing'),
  },
  failed: {
    start: to('starting'),
    pause: to('paused'),
    stop: to('stopped'),
    change: to('failed'),
    remove: to('removing'),
  },
  removing: {
    start: REMOVING,
    pause: REMOVING,
    stop: REMOVING,
    change: REMOVING,
    remove: no('it is being removed already'),
  },
};

/** @throws RtdpError DBUS_SOURCE_STATE saying why the command is refused and what is allowed. */
export function nextSourceState(name: string, state: SourceState, command: SourceCommand): SourceState {
  const answer = TABLE[state][command];
  if ('to' in answer) return answer.to;
  const allowed = SOURCE_COMMANDS.filter((other) => 'to' in TABLE[state][other]);
  throw new RtdpError({
    code: 'DBUS_SOURCE_STATE',
    message: `source ${name} cannot ${command}: ${answer.refused}`,
    next: allowed.length === 0 ? 'Wait until it is gone.' : `In this state it takes: ${allowed.join(', ')}.`,
    facts: { source: name, state, command, allowed },
  });
}
