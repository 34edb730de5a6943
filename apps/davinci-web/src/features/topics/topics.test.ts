/** Proves which topics stand apart as the platform's own, and how their messages are listed. */
import { expect, test } from 'vitest';
import { idRange } from './id-range.ts';
import { inOrder } from './message-question.ts';
import { isInternal, topicsOf } from './topics.ts';

test("a topic is nobody's only where DBus says so, not where it is not there yet", () => {
  const topic = (name: string, organisationId: string | null) => ({
    name,
    source: null,
    organisationId,
    partitions: [],
  });
  const reader = { name: 'early', definition: { source: { topic: 'later' } } } as never;
  const all = topicsOf([topic('found', null), topic('mine', 'one')], [], [reader], new Map());
  expect(all.filter(({ isNobodys }) => isNobodys).map(({ name }) => name)).toEqual(['found']);
});

test("what the platform and its registry keep stands apart, but never what a flow reads or a source's name", () => {
  const there = ['kafkasql-journal', 'orders', 'registry-events', 'rtdp.feedback', 'rtdp.rereads', 'shop'].map(
    (name) => ({
      name,
      source: null,
      organisationId: null,
      partitions: [],
    }),
  );
  const reader = { name: 'look', definition: { source: { topic: 'rtdp.feedback' } } } as never;
  const all = topicsOf(there, [], [reader], new Map());
  expect(all.filter(isInternal).map(({ name }) => name)).toEqual([
    'kafkasql-journal',
    'registry-events',
    'rtdp.rereads',
  ]);
});

test('the newest messages come first, whatever their partitions; others stay as they were read', () => {
  const messages = [
    { at: '2026-11-26T10:00:01.000Z', partition: 0 },
    { at: '2026-11-26T10:00:03.000Z', partition: 0 },
    { at: '2026-11-26T10:00:02.000Z', partition: 1 },
  ];
  expect(inOrder(messages, 'latest').map(({ at }) => at.slice(17, 19))).toEqual(['03', '02', '01']);
  expect(inOrder(messages, 'offset')).toBe(messages);
});

test('of the last id of a message stands only what differs from the first', () => {
  expect(idRange('1882891791191702293', '1882891791191702305')).toBe('1882891791191702293 … 305');
  expect(idRange('1882891791191702293', '1882891791199900000')).toBe('1882891791191702293 … 9900000');
  expect(idRange('7', '7')).toBe('7');
  expect(idRange('998', '1001')).toBe('998 … 1001');
});
