/** Proves where words of SQL are proposed and where only names make sense. */
import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import type { SourceTables } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { completionSchema, looseColumns } from './completion-schema.ts';
import { proposeLooseColumns, proposeVariables, proposeWords, sqlLanguage } from './sql-completion.ts';

const at = (doc: string): CompletionContext =>
  new CompletionContext(EditorState.create({ doc, extensions: sqlLanguage(undefined) }), doc.length, false);
const labels = (result: CompletionResult | null): string[] => result?.options.map(({ label }) => label) ?? [];

test('words of the language come where a name has not begun, not behind a dot or a colon', async () => {
  expect(labels((await proposeWords(at('sel'))) as CompletionResult | null)).toContain('select');
  for (const text of ['select o.st', 'select o.', 'where o.total > :le', 'select x::da']) {
    expect(await proposeWords(at(text)), text).toBeNull();
  }
});

test('behind a colon come the variables, behind a cast none', () => {
  const variables = [{ name: 'least', detail: 'number' }];
  expect(labels(proposeVariables(at('where o.total > :le'), variables))).toEqual([':least']);
  expect(proposeVariables(at('select x::le'), variables)).toBeNull();
});

const tables: SourceTables = {
  databases: [
    {
      name: 'shop',
      tables: [
        {
          name: 'orders',
          kind: 'view',
          comment: null,
          rowEstimate: null,
          sinkNamespace: null,
          columns: [
            { name: 'total', type: 'numeric', nullable: false, comment: null },
            { name: 'Status', type: 'text', nullable: false, comment: null },
          ],
        },
      ],
    },
  ],
};

test('a table says in a word what it is, a column its type', () => {
  expect(completionSchema(tables, { table: 'table', view: 'view' })).toMatchObject({
    shop: {
      orders: { self: { detail: 'view' }, children: [{ label: 'total', detail: 'numeric' }, { label: 'Status' }] },
    },
  });
});

test('before FROM is written the columns of all tables are proposed, afterwards only those that are known', () => {
  const loose = looseColumns(tables);
  const found = proposeLooseColumns(at('select o.id, o.st'), loose);
  expect(found).toMatchObject({
    from: 15,
    options: [
      { label: 'Status', apply: '"Status"' },
      { label: 'total', detail: 'numeric' },
    ],
  });
  expect(labels(proposeLooseColumns(at('select o.'), loose))).toEqual(['Status', 'total']);
  for (const text of [
    'select 1 from shop.orders o where o.t',
    'select 1 from shop.orders as o where o.t',
    'select 1 from shop.o',
    'select orders.t',
    'select 1.',
    'select st',
  ]) {
    expect(proposeLooseColumns(at(text), loose), text).toBeNull();
  }
});
