/** Proves what is written into a CSV file. */
import { expect, test } from 'vitest';
import { fileName, toCsv, toTabs } from './export.ts';

test('a CSV is quoted where it must be, and a spreadsheet runs none of it', () => {
  const column = (name: string) => ({
    name,
    label: '',
    format: '',
    type: 'text',
    modelType: 'text' as const,
    role: 'dimension' as const,
  });
  const csv = toCsv({
    truncated: false,
    columns: [column('a'), column('b')],
    rows: [
      ['say "hi", you', null],
      ['=cmd()', '-5.20'],
    ],
  });
  expect(csv).toBe('\uFEFFa,b\r\n"say ""hi"", you",\r\n\'=cmd(),-5.20\r\n');
  expect(
    toTabs({
      truncated: false,
      columns: [column('a'), column('b')],
      rows: [
        ['two\nlines\there', null],
        ['=cmd()', '-5.20'],
      ],
    }),
  ).toBe("a\tb\ntwo lines here\t\n'=cmd()\t-5.20");
  expect(fileName('a/b: c?', 'csv')).toBe('a b c.csv');
});
