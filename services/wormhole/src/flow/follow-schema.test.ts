import { diffSchemas } from '@rtdp/ums/schema-diff';
import type { UmsField, UmsType } from '@rtdp/ums/types';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { followAsFarAsPossible } from './follow-schema.ts';

const field = (name: string, change: Partial<UmsField> = {}): UmsField => ({
  name,
  type: 'int',
  nullable: true,
  encoded: false,
  ...change,
});
const key = field('id', { nullable: false, key: true });

it('keeps what goes, makes new columns nullable, widens, and does not narrow', () => {
  const target = followAsFarAsPossible(
    [key, field('gone', { nullable: false }), field('wider'), field('narrower', { type: 'long' })],
    [key, field('wider', { type: 'long' }), field('narrower'), field('fresh', { nullable: false })],
  );
  expect(target?.fields).toEqual([
    key,
    field('gone'),
    field('wider', { type: 'long' }),
    field('narrower', { type: 'long' }),
    field('fresh'),
  ]);
});

it('cannot follow another key', () => {
  expect(followAsFarAsPossible([key, field('a')], [field('id'), field('a', { key: true })])).toBeUndefined();
});

it('always comes out with a difference that a sink can make, and stays there', () => {
  const columns = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      type: fc.constantFrom<UmsType>('int', 'long', 'string', 'decimal'),
      nullable: fc.boolean(),
    }),
    { selector: ({ name }) => name },
  );
  fc.assert(
    fc.property(columns, columns, (before, after) => {
      const current = [key, ...before.map((each) => field(each.name, each))];
      const next = [key, ...after.map((each) => field(each.name, each))];
      const target = followAsFarAsPossible(current, next)!;
      expect(target.diff.compatible).toBe(true);
      expect(diffSchemas(current, target.fields)).toEqual(target.diff);
      expect(followAsFarAsPossible(target.fields, next)?.diff.changes).toEqual([]);
    }),
  );
});
