/** Proves that what holds for many tables is said once with all their statements, the pressing before the advice, and that an advice is no loss. */
import { expect, test } from 'vitest';
import { groupProblems, losses, type SourceProblem } from './group-problems.ts';

const advice = (table: string): SourceProblem => ({
  code: 'table-identity-not-full',
  severity: 'advice',
  message: 'Large values are not sent.',
  statement: `ALTER TABLE ${table} REPLICA IDENTITY FULL;`,
});
const unlogged: SourceProblem = {
  code: 'table-unlogged',
  severity: 'blocking',
  message: 'b is unlogged.',
  statement: null,
};

test('five tables with the same advice are one sentence with five statements', () => {
  expect(groupProblems([advice('a'), advice('b'), unlogged, advice('c'), advice('a')])).toEqual([
    { code: 'table-unlogged', severity: 'blocking', message: 'b is unlogged.', statements: [] },
    {
      code: 'table-identity-not-full',
      severity: 'advice',
      message: 'Large values are not sent.',
      statements: ['a', 'b', 'c'].map((table) => `ALTER TABLE ${table} REPLICA IDENTITY FULL;`),
    },
  ]);
});

test('an advice is no loss', () => {
  expect(losses([advice('a')])).toEqual([]);
  expect(losses([advice('a'), unlogged])).toEqual([unlogged]);
});
