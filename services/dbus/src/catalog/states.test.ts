/** Shows that both state machines are total: each state answers each command, and each refusal says why and what is allowed. */
import { expect, test } from 'vitest';
import { nextPullState, PULL_COMMANDS, PULL_STATES } from '../pulls/pull-states.ts';
import { nextSourceState, SOURCE_COMMANDS, SOURCE_STATES } from './source-states.ts';

const machines: [string, readonly string[], readonly string[], (state: never, command: never) => string][] = [
  ['source', SOURCE_STATES, SOURCE_COMMANDS, (state, command) => nextSourceState('shop', state, command)],
  ['pull', PULL_STATES, PULL_COMMANDS, (state, command) => nextPullState('1', state, command)],
];

test.each(machines)('%s', (name, states, commands, next) => {
  for (const state of states) {
    for (const command of commands) {
      try {
        expect(states).toContain(next(state as never, command as never));
      } catch (error) {
        expect(error, `${name} ${state} ${command}`).toMatchObject({
          code: /_STATE$/.test((error as { code: string }).code) ? (error as { code: string }).code : 'a …_STATE code',
          message: expect.stringContaining(command),
          next: expect.stringMatching(/.{10,}/),
        });
      }
    }
  }
});

test('what matters of them', () => {
  expect(nextSourceState('s', 'paused', 'start')).toBe('starting');
  expect(() => nextSourceState('s', 'stopped', 'pause')).toThrow('a pause holds only what runs');
  expect(() => nextSourceState('s', 'removing', 'start')).toThrow('being removed');
  expect(nextPullState('p', 'failed', 'resume')).toBe('waiting');
  expect(() => nextPullState('p', 'done', 'cancel')).toThrow('it is done');
});
