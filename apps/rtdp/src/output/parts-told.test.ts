/** Shows that a start does not end with what is missing, and tells a part that comes up once. */
import { expect, test } from 'vitest';
import type { PartName, PartState, PartStatus } from '../platform/contract.ts';
import { PartsTold } from './parts-told.ts';

const part = (name: PartName, state: PartState, detail = ''): PartStatus => ({ name, state, detail, restarts: 0 });

test('what was missing is told when it comes, and then that all is there', () => {
  const said: string[] = [];
  const parts = new PartsTold((sentence) => said.push(sentence));
  for (const state of ['starting', 'ok'] as const) parts.change(part('wormhole', state));
  // While everything starts it waits for another one for a moment, which nobody has to know.
  for (const state of ['waiting', 'ok'] as const)
    parts.change(part('wormhole', state, state === 'ok' ? '' : 'for dbus'));
  parts.change(part('dbus', 'ok'));
  parts.change(part('dbus', 'waiting', 'for registry'));
  expect(said.splice(0)).toEqual(['wormhole: ok', 'dbus: ok']);

  const missing = [part('wormhole', 'ok'), part('dbus', 'waiting', 'for registry'), part('registry', 'starting')];
  expect(parts.started(missing)).toMatch(/^Not there yet: dbus \(waiting\), registry \(starting\); the rest works/);
  parts.look(missing);
  parts.change(part('registry', 'ok'));
  parts.look([part('wormhole', 'ok'), part('dbus', 'waiting'), part('registry', 'ok')]);
  parts.change(part('dbus', 'ok'));
  const whole = [part('wormhole', 'ok'), part('dbus', 'ok'), part('registry', 'ok')];
  for (let look = 0; look < 2; look++) parts.look(whole);
  expect(said.splice(0)).toEqual(['registry: ok', 'dbus: ok', 'Everything is there']);

  parts.change(part('dbus', 'down', 'it ended by itself'));
  parts.change(part('dbus', 'ok'));
  parts.look(whole);
  expect(said).toEqual(['dbus: down – it ended by itself', 'dbus: ok']);
});

test('a start after which nothing is missing says nothing of it', () => {
  const said: string[] = [];
  const parts = new PartsTold((sentence) => said.push(sentence));
  expect(parts.started([part('dbus', 'ok')])).toBeUndefined();
  parts.look([part('dbus', 'ok')]);
  expect(said).toEqual([]);
});
