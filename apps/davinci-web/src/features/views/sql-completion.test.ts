/** Proves where words of SQL are proposed and where only names make sense. */
import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { completionSchema } from './completion-schema.ts';
import { proposeVariables, proposeWords, sqlLanguage } from './sql-completion.ts';

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

test('a table says in a word what it is, a column its type', () => {
  const schema = completionSchema(
    {
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
              columns: [{ name: 'total', type: 'numeric', nullable: false, comment: null }],
            },
          ],
        },
      ],
    },
    { table: 'table', view: 'view' },
  );
  expect(schema).toMatchObject({
    shop: { orders: { self: { detail: 'view' }, children: [{ label: 'total', detail: 'numeric' }] } },
  });
});
