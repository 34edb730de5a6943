/** Proves that a verification is only called equal when all of everything is, and names the tables that are not. */
import type { TableVerification } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { outcomeOf, percentOf, tableUnderWay, worstFirst } from './verification-outcome.ts';

const table = (name: string, verdict: TableVerification['verdict']): TableVerification => ({
  source: `postgresql.shop.public.${name}.*.0.0`,
  sink: `landed.${name}`,
  verdict,
  notes: [],
  problem: null,
  comparison: null,
});

test.each([
  [[], { is: 'none', names: [] }],
  [['equal', 'equal'], { is: 'equal', names: ['landed.a', 'landed.b'] }],
  [['equal', 'partly'], { is: 'partly', names: ['landed.b'] }],
  [['equal', 'not comparable'], { is: 'partly', names: ['landed.b'] }],
  [['not comparable', 'not comparable'], { is: 'nothing', names: ['landed.a', 'landed.b'] }],
  [['equal', 'failed', 'undecided'], { is: 'undecided', names: ['landed.b', 'landed.c'] }],
  // What differs is said first, whatever else there is.
  [['failed', 'different', 'partly'], { is: 'different', names: ['landed.b'] }],
] as const)('%j', (verdicts, outcome) => {
  expect(outcomeOf(verdicts.map((verdict, at) => table('abc'[at]!, verdict)))).toEqual(outcome);
});

test('a table that the flow has made none for is called as its source calls it', () => {
  expect(outcomeOf([{ ...table('%4frders', 'not comparable'), sink: null }]).names).toEqual(['public.Orders']);
});

test('what differs stands first, what is equal last', () => {
  const verdicts = ['equal', 'partly', 'different', 'equal'] as const;
  const tables = verdicts.map((verdict, at) => table('abcd'[at]!, verdict));
  expect(worstFirst(tables).map(({ sink }) => sink)).toEqual(['landed.c', 'landed.b', 'landed.a', 'landed.d']);
});

test('the table whose turn it is has not been judged yet', () => {
  const tables = ['a', 'b', 'c'].map((name) => ({
    schema: 'landed',
    table: name,
    sources: [`postgresql.shop.public.${name}.*.0.0`],
  }));
  expect(tableUnderWay(tables, { table: null, tables: [table('a', 'equal')] })).toBe('landed.b');
  expect(tableUnderWay(tables, { table: 'landed.c', tables: [] })).toBe('landed.c');
  expect(tableUnderWay(tables, { table: 'c', tables: [table('c', 'equal')] })).toBeUndefined();
});

test('what runs is never done', () => {
  expect(percentOf({ source: '', rows: 50, estimatedRows: 200 })).toBe(25);
  expect(percentOf({ source: '', rows: 300, estimatedRows: 200 })).toBe(99);
  expect(percentOf({ source: '', rows: 0, estimatedRows: 0 })).toBe(0);
});
