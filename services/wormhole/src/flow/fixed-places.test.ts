import { expect, test } from 'vitest';
import { readFlowDefinition } from './definition.ts';
import { fixedProblems } from './fixed-places.ts';

const flow = (sink: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  readFlowDefinition({
    name: 'all',
    source: { namespace: 'postgresql.shop.public.*' },
    sink: { store: 'postgres', connection: { host: 'h', database: 'd', user: 'u' }, ...sink },
    ...rest,
  });

test('each field that cannot change is named with both values; the rest may change', () => {
  const elsewhere = { connection: { host: 'other', database: 'd', user: 'v', password: 'p' } };
  expect(fixedProblems(flow(), flow(elsewhere, { sql: 'select id from source', deadLetterLimit: 1 }))).toEqual([]);
  const changed = flow(
    { deletes: 'tombstone', keyHoldsSource: true },
    { source: { namespace: 'postgresql.shop.*.*' } },
  );
  expect(fixedProblems(flow(), changed).map(({ message }) => message)).toEqual([
    'source.namespace of a flow stays as it is: postgresql.shop.public.*.*.*.*, not postgresql.shop.*.*.*.*.*',
    'sink.deletes of a flow stays as it is: physical, not tombstone',
    'sink.keyHoldsSource of a flow stays as it is: not set, not true',
  ]);
});
