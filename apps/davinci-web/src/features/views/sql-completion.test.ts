/** Proves where words of SQL are proposed and where only names make sense. */
import { CompletionContext, type CompletionResult, type CompletionSource } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import type { SourceTables } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { completionSchema, looseColumns } from './completion-schema.ts';
import { proposeColumns, proposeVariables, proposeWords, sqlLanguage } from './sql-completion.ts';
import { SELECT_DIALECT } from './sql-dialect.ts';

const at = (doc: string): CompletionContext =>
  new CompletionContext(EditorState.create({ doc, extensions: sqlLanguage(undefined) }), doc.length, false);
const labels = (result: CompletionResult | null): string[] => result?.options.map(({ label }) => label) ?? [];

test('words of the language come where a name has not begun, not behind a dot or a colon', async () => {
  expect(labels((await proposeWords(at('sel'))) as CompletionResult | null)).toContain('select');
  for (const text of ['select o.st', 'select o.', 'where o.total > :le', 'select x::da']) {
    expect(await proposeWords(at(text)), text).toBeNull();
  }
});

test('what columns are often called is no word of the language', async () => {
  const words = labels((await proposeWords(at('x'))) as CompletionResult | null);
  expect(words).toEqual(expect.arrayContaining(['select', 'partition', 'nulls', 'numeric', 'text']));
  for (const name of ['id', 'name', 'key', 'value', 'owner', 'year', 'at', 'top_level_count']) {
    expect(words, name).not.toContain(name);
  }
});

test('functions are proposed and look like the names that columns have, too', async () => {
  const words = labels((await proposeWords(at('cou'))) as CompletionResult | null);
  expect(words).toEqual(expect.arrayContaining(['count', 'sum', 'avg', 'row_number', 'date_trunc', 'lower', 'round']));
  const tokens: string[] = [];
  SELECT_DIALECT.language.parser.parse('select count(rank)').iterate({ enter: ({ name }) => void tokens.push(name) });
  expect(tokens.filter((name) => /Keyword|Type|Builtin/.test(name))).toEqual(['Keyword']);
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
          plainName: null,
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
    {
      name: 'warehouse',
      tables: [
        {
          name: 'shop.sales',
          plainName: 'sales',
          kind: 'table',
          comment: null,
          rowEstimate: null,
          sinkNamespace: null,
          columns: [
            { name: 'total', type: 'numeric', nullable: false, comment: null },
            { name: 'Place', type: 'text', nullable: false, comment: null },
          ],
        },
      ],
    },
  ],
};
const schema = completionSchema(tables, { table: 'table', view: 'view' });
const loose = looseColumns(tables);

/** What is proposed at the bar of a statement, with what would be written. */
async function proposed(written: string): Promise<Record<string, string>> {
  const at = written.indexOf('|');
  const state = EditorState.create({ doc: written.replace('|', ''), extensions: sqlLanguage(schema) });
  const context = new CompletionContext(state, at, false);
  const sources = state.languageDataAt<CompletionSource>('autocomplete', at);
  const results = [...(await Promise.all(sources.map((source) => source(context)))), proposeColumns(context, loose)];
  const options = results.flatMap((result) => result?.options ?? []).filter(({ type }) => type !== 'keyword');
  return Object.fromEntries(options.map(({ label, apply }) => [label, typeof apply === 'string' ? apply : label]));
}

test('a table of a schema is written by its plain name, and quoted by its whole one', async () => {
  expect(await proposed('select * from warehouse.|')).toEqual({ sales: 'sales', 'shop.sales': '"shop.sales"' });
  for (const text of [
    'select o.| from warehouse.sales o',
    'select o.| from warehouse."shop.sales" as o',
    'select sales.| from warehouse.sales',
    'select sales.|',
    'select 1 from warehouse.sales where sales.|',
  ]) {
    expect(await proposed(text), text).toEqual({ total: 'total', Place: '"Place"' });
  }
});

test('without a qualifier the columns of the tables in FROM are proposed, those of several tables with theirs', async () => {
  expect(await proposed('select to| from shop.orders')).toMatchObject({ total: 'total', Status: '"Status"' });
  expect(await proposed('select 1 from warehouse.sales where p|')).toMatchObject({ Place: '"Place"' });
  expect(await proposed('select t| from shop.orders o, warehouse.sales join x on 1 = 1')).toMatchObject({
    'o.total': 'o.total',
    'sales.total': 'sales.total',
    Status: '"Status"',
  });
  expect(await proposed('select (select t| from warehouse.sales) from x')).toHaveProperty('total');
  for (const text of ['select to|', 'select 1 from s| , shop.orders', 'select 1 as t| from shop.orders']) {
    expect(await proposed(text), text).not.toHaveProperty('total');
  }
});

test('a table says in a word what it is, a column its type', () => {
  expect(schema).toMatchObject({
    shop: {
      orders: { self: { detail: 'view' }, children: [{ label: 'total', detail: 'numeric' }, { label: 'Status' }] },
    },
  });
});

test('before FROM is written the columns of all tables are proposed, afterwards only those that are known', () => {
  const found = proposeColumns(at('select o.id, o.st'), loose);
  expect(found).toMatchObject({
    from: 15,
    options: [{ label: 'Place' }, { label: 'Status', apply: '"Status"' }, { label: 'total', detail: 'numeric' }],
  });
  expect(labels(proposeColumns(at('select o.'), loose))).toEqual(['Place', 'Status', 'total']);
  for (const text of [
    'select 1 from shop.orders o where o.t',
    'select 1 from shop.orders as o where o.t',
    'select 1 from shop.o',
    'select 1.',
    'select st',
  ]) {
    expect(proposeColumns(at(text), loose), text).toBeNull();
  }
});
