/** Which widgets a commit touches, how long is waited, and what one who comes back has missed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommitBook, type Moved } from './commit-book.ts';
import { readMark, writeMark } from './event-mark.ts';
import { movedSince, pushWindow, widgetsToRefresh } from './refresh-policy.ts';

const lineage = [
  { widgetId: 'orders', namespaces: new Set(['a']) },
  { widgetId: 'joined', namespaces: new Set(['a', 'b']) },
  { widgetId: 'other', namespaces: new Set(['c']) },
  { widgetId: 'none', namespaces: new Set<string>() },
];

test('a commit touches exactly the widgets that read its table', () => {
  expect(widgetsToRefresh(lineage, new Set(['a']))).toEqual(['orders', 'joined']);
  expect(widgetsToRefresh(lineage, new Set(['b', 'c']))).toEqual(['joined', 'other']);
  expect(widgetsToRefresh(lineage, new Set(['d']))).toEqual([]);
  expect(widgetsToRefresh(lineage, new Set())).toEqual([]);
});

test('an idle dashboard is told at once, a busy one in its pace, never later than half a second', () => {
  expect(pushWindow(Number.POSITIVE_INFINITY, 400)).toBeLessThanOrEqual(50);
  expect(pushWindow(20, 5)).toBe(40);
  expect(pushWindow(20, 100)).toBe(200);
  expect(pushWindow(20, 10_000)).toBe(500);
});

test('who comes back is told of every table that moved meanwhile, and of no other', () => {
  const name = fc.string({ minLength: 1, maxLength: 60 });
  const number = fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String), { nil: null });
  fc.assert(
    fc.property(fc.dictionary(name, fc.tuple(number, number), { maxKeys: 12 }), (tables) => {
      const told = new Map(Object.entries(tables).map(([table, [before]]) => [table, before]));
      const namespaces = [...told.keys()];
      const current = (table: string) => tables[table]![1];
      const moved = movedSince(readMark(writeMark(told), namespaces), namespaces, current);
      for (const table of namespaces) {
        const same = told.get(table) !== null && told.get(table) === current(table);
        expect(moved.has(table)).toBe(!same);
      }
    }),
    { numRuns: 300 },
  );
  expect([...movedSince(readMark('garbage..-', ['a']), ['a'], () => '1')]).toEqual(['a']);
});

test('numbers only grow, a late notice is passed over, and a sink made anew begins again', () => {
  let now = 0;
  const book = new CommitBook(() => now);
  const moved: Moved[] = [];
  let forgotten = 0;
  book.listen({ moved: (each) => moved.push(each), forgot: () => forgotten++ });
  const note = (commitNumber: bigint, at: number, rest: { watermark?: string | null; organisationId?: string } = {}) =>
    book.note({ organisationId: 'o', sinkNamespace: 's', commitNumber, watermark: null, loading: false, at, ...rest });
  note(5n, 1_000);
  note(4n, 1_200);
  expect(book.find('o', 's')?.commitNumber).toBe(5n);
  now = 50;
  note(5n, 1_300, { watermark: '2026-01-01 10:00:00.5' });
  note(5n, 1_300, { watermark: '2026-01-01 10:00:00.5' });
  note(6n, 1_400, { organisationId: 'other' });
  note(1n, 60_000);
  expect(moved).toEqual([
    { organisationId: 'o', sinkNamespace: 's', changed: true },
    { organisationId: 'o', sinkNamespace: 's', changed: false },
    { organisationId: 'other', sinkNamespace: 's', changed: true },
    { organisationId: 'o', sinkNamespace: 's', changed: true },
  ]);
  expect(book.freshnessOf('o', ['s', 'unheard'])).toEqual([
    { sinkNamespace: 's', commitNumber: '1', watermark: null, loading: false },
    { sinkNamespace: 'unheard', commitNumber: null, watermark: null, loading: false },
  ]);
  book.forget();
  expect([forgotten, book.find('o', 's'), book.find('other', 's')]).toEqual([1, undefined, undefined]);
  note(1n, 60_001);
  expect(moved.at(-1)).toEqual({ organisationId: 'o', sinkNamespace: 's', changed: true });
});
