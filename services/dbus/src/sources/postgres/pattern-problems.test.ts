import { expect, test } from 'vitest';
import { patternProblems } from './pattern-problems.ts';

const TABLES = [
  { schema: 'public', table: 'orders' },
  { schema: 'public', table: 'a' },
  { schema: 'sales', table: 'regions' },
];

test.each([
  ['public.ordres', 'table-not-found', ' Did you mean public.orders?'],
  // Without a schema it is one of public.
  ['ordres', 'table-not-found', ' Did you mean public.orders?'],
  ['slaes.regions', 'table-not-found', ' Did you mean sales.regions?'],
  // Two short names have nothing in common because their schema is long.
  ['public.b', 'table-not-found', ': look at how it is written.'],
  ['ordres.*', 'pattern-without-table', ': look at how it is written.'],
])('%s', (pattern, code, hint) => {
  const definition = { tables: [pattern], excludedTables: [], future: true };
  const [problem, ...others] = patternProblems(definition, TABLES);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code, severity: 'warning' });
  expect(problem?.message).toContain(`There is no table ${pattern}, which tables asks for`);
  expect(problem?.message).toContain(hint);
  expect(problem?.message).toMatch(/ One that is made later is captured\.$/);
});

test('an excluded table is held against the names that there are, too', () => {
  const definition = { tables: 'all' as const, excludedTables: ['public.order'], future: true };
  expect(patternProblems(definition, TABLES).map(({ message }) => message)).toEqual([
    'There is no table public.order, which excludedTables leaves out. Did you mean public.orders?',
  ]);
});
