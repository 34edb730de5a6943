/** Proves that what a live widget asks again and again is one line, and that nothing else is lost in it. */
import type { QueryRecordView } from '@rtdp/moonbox/client';
import { expect, test } from 'vitest';
import { foldQueries } from './fold-queries.ts';

let last = 0;

function query(part: Partial<QueryRecordView>): QueryRecordView {
  last += 1;
  return {
    id: `q${last}`,
    subject: 'anna',
    name: null,
    via: 'rest',
    kind: 'SELECT',
    sql: 'select 1',
    database: null,
    label: 'widget:w1',
    tables: [],
    decision: 'allowed',
    state: 'done',
    rows: 1,
    milliseconds: 2,
    queuedMilliseconds: 0,
    startedAt: '2026-11-26T10:00:00.000Z',
    error: null,
    ...part,
  };
}

const told = (queries: readonly QueryRecordView[]) =>
  foldQueries(queries).map(({ query: { id }, times }) => [id, times]);

test('equal statements of a widget are one line with the newest of them', () => {
  const [newest, own, other, older] = [
    query({}),
    query({ label: null }),
    query({ sql: 'select 2' }),
    query({ milliseconds: 9 }),
  ];
  expect(told([newest!, own!, other!, older!])).toEqual([
    [newest!.id, 2],
    [own!.id, 1],
    [other!.id, 1],
  ]);
  const together = [query({ label: 'widget:a widget:b' }), query({ label: 'widget:a widget:b' })];
  expect(told(together)).toEqual([[together[0]!.id, 2]]);
});

test.each<[string, Partial<QueryRecordView>]>([
  ['of somebody else', { subject: 'bert' }],
  ['that failed', { state: 'failed' }],
  ['that runs', { state: 'running' }],
  ['of another widget', { label: 'widget:w2' }],
  ['that a person ran', { label: 'run:r1' }],
  ['of a program of its own', { label: 'nightly report' }],
  ['whose words the reader may not see', { sql: null }],
])('one %s stays by itself', (_, part) => {
  const queries = [query(part), query({}), query(part), query({})];
  const isAlone = part.state === 'running' || part.sql === null || /^(run:|nightly)/.test(part.label ?? '');
  expect(told(queries).map(([, times]) => times)).toEqual(isAlone ? [1, 2, 1] : [2, 2]);
});
