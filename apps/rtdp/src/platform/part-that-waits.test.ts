/** Proves that a service is called waiting only while all it misses is still starting. */
import { expect, test } from 'vitest';
import type { PartCheck } from './check-parts.ts';
import type { PartName, PartState } from './contract.ts';
import { asGoingOn, asWaiting } from './part-that-waits.ts';

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
  const registry = (state: PartCheck['state']): PartCheck => ({ name: 'registry', state, detail: '' });
  expect(asGoingOn(dbus(['registry']), [registry('ok')])).toEqual({
    state: 'waiting',
    detail: 'for registry, which answers by now; it goes on by itself',
  });
  expect(asGoingOn(dbus(['registry']), [registry('degraded')])).toMatchObject({ state: 'degraded' });
  expect(asGoingOn(dbus(['registry', 'source shop']), [registry('ok')])).toMatchObject({ state: 'degraded' });
});
