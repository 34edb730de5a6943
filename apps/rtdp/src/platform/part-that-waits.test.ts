/** Proves that a service is called waiting only while all it misses is still starting. */
import { expect, test } from 'vitest';
import type { PartCheck } from './check-parts.ts';
import type { PartName, PartState } from './contract.ts';
import { asGoingOn, asOneLook, asWaiting } from './part-that-waits.ts';

const dbus = (unwell: string[], state: PartCheck['state'] = 'degraded'): PartCheck => ({
  name: 'dbus',
  state,
  detail: unwell.map((name) => `${name}: no answer`).join('; '),
  unwell,
});
const registryIs = (state: PartState) => (name: PartName) => (name === 'registry' ? state : 'ok');

test('what misses a part that is still starting waits for it', () => {
  for (const state of ['preparing', 'starting'] as const) {
    expect(asWaiting(dbus(['registry']), registryIs(state))).toEqual({
      state: 'waiting',
      detail: 'for registry, still starting; the rest of it works already',
    });
  }
});

test('anything else keeps its state and its words', () => {
  const { state, detail } = dbus(['registry']);
  expect(asWaiting(dbus(['registry']), registryIs('ok'))).toEqual({ state, detail });
  expect(asWaiting(dbus(['registry']), registryIs('down'))).toEqual({ state, detail });
  expect(asWaiting(dbus(['registry', 'source shop']), registryIs('starting'))).toMatchObject({ state: 'degraded' });
  expect(asWaiting(dbus(['registry'], 'down'), registryIs('starting'))).toMatchObject({ state: 'down' });
  expect(asWaiting({ name: 'dbus', state: 'ok', detail: '' }, registryIs('starting'))).toMatchObject({ state: 'ok' });
});

test('a service that misses what answers by now goes on by itself', () => {
  expect(asGoingOn(dbus(['registry']), registryIs('ok'))).toEqual({
    state: 'waiting',
    detail: 'for registry, which answers by now; it goes on by itself',
  });
  expect(asGoingOn(dbus(['registry']), registryIs('degraded'))).toMatchObject({ state: 'degraded' });
  expect(asGoingOn(dbus(['registry', 'source shop']), registryIs('ok'))).toMatchObject({ state: 'degraded' });
});

test('what the supervisor still starts is called starting, and who misses only that waits', () => {
  const registry: PartCheck = { name: 'registry', state: 'degraded', detail: 'no connection to http://…' };
  const kafka: PartCheck = { name: 'kafka', state: 'down', detail: 'nothing listens' };
  const look = (states: Parameters<typeof asOneLook>[1], checks = [registry, kafka, dbus(['registry'])]) =>
    asOneLook(checks, states).map(({ name, state }) => `${name} ${state}`);
  expect(look({ registry: 'starting', kafka: 'preparing', dbus: 'waiting' })).toEqual([
    'registry starting',
    'kafka starting',
    'dbus waiting',
  ]);
  expect(look({ registry: 'degraded', kafka: 'down', dbus: 'degraded' })).toEqual([
    'registry degraded',
    'kafka down',
    'dbus degraded',
  ]);
  // Containers have no supervisor of ours.
  expect(look({})).toEqual(['registry degraded', 'kafka down', 'dbus degraded']);
  expect(look({ registry: 'starting' }, [{ ...registry, state: 'ok' }, dbus(['registry'])])).toEqual([
    'registry ok',
    'dbus waiting',
  ]);
});
