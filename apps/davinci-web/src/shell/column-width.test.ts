/** Proves that keys, moments and addresses keep their width in a narrow place, and that a text gives way. */
import { expect, test } from 'vitest';
import { guessWidth } from './column-width.ts';
import type { CellValue } from './data-grid.tsx';

/** As the font of tables is drawn: a letter takes seven pixels, a figure eight. */
const measure = (text: string) => text.length * 7 + (text.match(/\d/g)?.length ?? 0);

const widthOf = (title: string, ...values: CellValue[]) =>
  guessWidth(
    { title },
    values.map((value) => [value]),
    0,
    String,
    measure,
  );

test.each([
  ['ums_id_', '1882891791191702333'],
  ['day', '2026-07-20'],
  ['placed_at', '2026-11-26 10:42:07.123456'],
  ['Placed', '26 Nov 2026, 12:42'],
  ['key', '0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071'],
  ['email', 'wilhelmina.mommsen@example.com'],
])('%s is never cut', (title, value) => {
  const { width, narrowest } = widthOf(title, value, null);
  expect(narrowest).toBe(width);
  // A cell has twelve around it on each side.
  expect(width).toBeGreaterThanOrEqual(measure(value) + 24);
});

test('a text gives way, and no column is wider than can be read at a glance', () => {
  expect(widthOf('note', 'After 17:00, please ring twice').narrowest).toBe(96);
  expect(widthOf('lines', JSON.stringify([{ line: 1, product: 'A' }])).narrowest).toBe(96);
  expect(widthOf('text', 'x'.repeat(500))).toEqual({ width: 420, narrowest: 96 });
});

test('numbers fit, also the greatest one far below', () => {
  const rows = Array.from({ length: 200 }, (_, index) => [index === 150 ? 1_000_000_000 : index]);
  const { width, narrowest } = guessWidth({ title: 'n', numeric: true }, rows, 0, String, measure);
  expect(narrowest).toBe(width);
  // Commas and points between figures are wider than they are measured.
  expect(width).toBeGreaterThanOrEqual(1.04 * 10 * 8 + 24);
});

test('a column takes no more than what is in it, so that five of them stand in half a page', () => {
  const columns: [string, CellValue][] = [
    ['Order', '23,868'],
    ['Placed', '26 Nov 2026, 19:22:36'],
    ['Status', 'cancelled'],
    ['Size', 'very large'],
    ['Total', '€1,360.51'],
  ];
  const needed = columns.map(([title, value]) => widthOf(title, value).narrowest);
  expect(needed.reduce((sum, each) => sum + each, 0)).toBeLessThan(557);
  // Where there is room, the arrow of the order stands beside the title.
  expect(widthOf('Status', 'paid')).toEqual({ width: 6 * 7 + 16 + 25, narrowest: 6 * 7 + 25 });
});
