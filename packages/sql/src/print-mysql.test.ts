import { expect, test } from 'vitest';
import { parseSelect } from './parse.ts';
import { parseTypeText } from './pg-type.ts';
import { printMysqlCondition } from './print-mysql.ts';
import { quoteMysqlText } from './print-mysql-literal.ts';

const TYPES: Record<string, { type: string; exact: boolean; byBytes?: true }> = {
  i: { type: 'int', exact: true },
  m: { type: 'numeric(10,2)', exact: true },
  f: { type: 'float8', exact: true },
  d: { type: 'date', exact: true },
  zero: { type: 'date', exact: false },
  w: { type: 'timestamp', exact: true },
  b: { type: 'text', exact: true },
  ci: { type: 'text', exact: false, byBytes: true },
  latin: { type: 'text', exact: false },
};

function print(condition: string, parameters: (string | null)[] = []): string | null {
  const where = parseSelect(`select 1 from t where ${condition}`).select.whereClause!;
  const printed = printMysqlCondition(where, {
    now: new Date('2026-01-15T10:20:30.000Z'),
    parameter: (number) => parameters[number - 1],
    column: (reference) => {
      const name = (reference as { fields: { String: { sval: string } }[] }).fields[0]!.String.sval;
      const known = TYPES[name];
      if (known === undefined) return null;
      return {
        sql: name,
        type: parseTypeText(known.type),
        exact: known.exact,
        ...(known.byBytes === true ? { byBytes: `${name} COLLATE x` } : {}),
      };
    },
  });
  return printed === null ? null : `${printed.exact ? '' : '~ '}${printed.sql}`;
}

/** `~` marks a condition that only narrows; null one that is not sent. */
test.each([
  ['i = 1', 'i = 1'],
  ['1 < i', 'i > 1'],
  ["i = '7'", 'i = 7'],
  ["i = 'x'", null],
  ['i between 1 and -2', '(i >= 1 AND i <= -2)'],
  ['i in (1, 2)', 'i IN (1, 2)'],
  ['i not in (1, null)', null],
  ['i / 2 = 1', null],
  ['m > 1.50', 'm > 1.50'],
  ['m = i', 'm = i'],
  ['f = 0.1', null],
  ['f is null', 'f IS NULL'],
  ["d < date '2024-01-31' + interval '1' month", "d < '2024-02-29'"],
  ["d >= '2024-13-01'", null],
  ["d < current_date - interval '1 day'", "d < '2026-01-14'"],
  ["zero = '2024-01-01'", null],
  ["w < timestamp '2024-01-01 10:00:00.5'", "w < '2024-01-01 10:00:00.5'"],
  ["b = 'a'", "b = 'a'"],
  ["b < 'a'", "b < 'a'"],
  ["ci = 'a'", "(ci = 'a' AND ci COLLATE x = 'a')"],
  ["ci <> 'a'", "ci COLLATE x <> 'a'"],
  ["ci like 'a%'", "(ci LIKE 'a%' ESCAPE _utf8mb4 x'5c' AND ci COLLATE x LIKE 'a%' ESCAPE _utf8mb4 x'5c')"],
  ["latin = 'a'", "~ latin = 'a'"],
  ["latin <> 'a'", null],
  ["latin in ('a', 'b')", "~ latin IN ('a', 'b')"],
  ["not latin = 'a'", null],
  ["latin = 'a' or i = 1", "~ (latin = 'a' OR i = 1)"],
  ["latin = 'a' or f = 1", null],
  ['i = 1 and f = 1', '~ (i = 1)'],
  ['not (i = 1 or i is null)', 'NOT ((i = 1 OR i IS NULL))'],
  ["b || 'x' = 'ax'", null],
  ["upper(b) = 'A'", null],
  ["b = 'it''s'", "b = _utf8mb4 x'69742773'"],
  ['i = $1', 'i = 5'],
  ['i = $2', null],
])('%s', (condition, expected) => {
  expect(print(condition, ['5', null])).toBe(expected);
});

test('a text reads the same under every sql_mode', () => {
  expect(quoteMysqlText('plain')).toBe("'plain'");
  expect(quoteMysqlText('')).toBe("''");
  expect(quoteMysqlText(String.raw`a\'; drop`)).toMatch(/^_utf8mb4 x'[0-9a-f]+'$/);
  expect(quoteMysqlText('数')).toBe("_utf8mb4 x'e695b0'");
});
