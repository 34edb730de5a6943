/** Proves that two values that differ never look the same, and that a row of one side only is told as a row. */
import { expect, test } from 'vitest';
import { comparedLines, comparedValues } from './compared-values.ts';

const text = (cut: string, whole?: string) => ({ is: 'text', cut, whole });

test('NULL, an empty text and a text that says NULL are told apart', () => {
  expect(comparedValues(null, '')).toEqual({ source: { is: 'null' }, sink: { is: 'empty' } });
  expect(comparedValues('NULL', null)).toEqual({ source: text('NULL'), sink: { is: 'null' } });
});

test('a blank at an end and a line end are seen', () => {
  expect(comparedValues('new ', 'new')).toEqual({ source: text('"new "'), sink: text('"new"') });
  expect(comparedValues('a\nb', '')).toEqual({ source: text('"a\\nb"'), sink: { is: 'empty' } });
});

test('long texts are cut so that the place that differs stands in both', () => {
  const same = 'x'.repeat(200);
  const { source, sink } = comparedValues(`${same}A${same}`, `${same}B`);
  expect(source).toEqual(text(`…${'x'.repeat(16)}A${'x'.repeat(31)}…`, `${same}A${same}`));
  expect(sink).toEqual(text(`…${'x'.repeat(16)}B`, `${same}B`));
  // At the beginning nothing is left out before it.
  expect(comparedValues(`A${same}`, `B${same}`).source).toEqual(text(`A${'x'.repeat(47)}…`, `A${same}`));
  // No half of a character.
  expect(comparedValues(`${'x'.repeat(47)}😀${same}`, null).source).toMatchObject({ cut: `${'x'.repeat(47)}…` });
});

test('a line for each column that differs, and one for a row that only one side has', () => {
  const lines = comparedLines([
    {
      key: { shop: '1', id: '7' },
      kind: 'different',
      columns: [
        { column: 'amount', source: '5', sink: '6' },
        { column: 'note', source: null, sink: 'x' },
      ],
    },
    {
      key: { id: '8' },
      kind: 'missing',
      columns: [
        { column: 'id', source: '8', sink: null },
        { column: 'note', source: null, sink: null },
      ],
    },
    { key: { id: '9' }, kind: 'extra', columns: [{ column: 'id', source: null, sink: '9' }] },
  ]);
  expect(lines.map(({ id: _, ...line }) => line)).toEqual([
    { key: 'shop = 1, id = 7', column: 'amount', source: text('5'), sink: text('6') },
    { key: 'shop = 1, id = 7', column: 'note', source: { is: 'null' }, sink: text('x') },
    { key: 'id = 8', column: undefined, source: text('id = 8, note = NULL'), sink: { is: 'no row' } },
    { key: 'id = 9', column: undefined, source: { is: 'no row' }, sink: text('id = 9') },
  ]);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
});
