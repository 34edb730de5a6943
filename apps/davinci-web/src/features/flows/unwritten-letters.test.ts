/** Proves that dead letters of tables that a flow no longer writes are found, and none are made up where it tells no tables. */
import type { DeadLetterView } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { unwrittenCount, unwrittenTables } from './unwritten-letters.ts';

const table = (name: string, openDeadLetters: number) => ({ schema: 'sales', table: name, openDeadLetters });
const letter = (name: string, status: DeadLetterView['status'] = 'open') =>
  ({ schema: 'sales', table: name, status }) as DeadLetterView;

test('what no table of the flow counts is of tables that it no longer writes', () => {
  const flow = { openDeadLetters: 5, tables: [table('orders', 2), table('lines', 0)] };
  expect(unwrittenCount(flow)).toBe(3);
  const letters = [letter('orders'), letter('orders_old'), letter('orders_old'), letter('gone', 'discarded')];
  expect(unwrittenTables(flow, [...letters, letter('carts')])).toEqual(['sales.carts', 'sales.orders_old']);
  expect(unwrittenCount({ openDeadLetters: 2, tables: [table('orders', 2)] })).toBe(0);
  expect(unwrittenTables(flow, [letter('orders')])).toEqual([]);
});

test('of a flow that tells no tables nothing is said', () => {
  expect(unwrittenCount({ openDeadLetters: 2, tables: [] })).toBe(0);
});
