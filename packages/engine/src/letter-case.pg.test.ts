import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { initcap, lower, upper } from './pg-text.ts';

test('every character has the case that the C.UTF-8 locale of Postgres gives it', { timeout: 180_000 }, async () => {
  await using database = await testPostgres();
  const { rows } = await database.query<{ code: number; lower: string; upper: string; initcap: string }>(
    `select code, lower(c) as lower, upper(c) as upper, initcap(c || c) as initcap
     from (select code, chr(code) collate pg_c_utf8 as c from generate_series(1, 1114111) as g(code)
           where code not between 55296 and 57343) as characters
     where lower(c) <> c or upper(c) <> c`,
  );
  const differences: string[] = [];
  const cased = new Set(rows.map(({ code }) => code));
  for (const row of rows) {
    const character = String.fromCodePoint(row.code);
    const ours = { lower: lower(character), upper: upper(character), initcap: initcap(character + character) };
    for (const which of ['lower', 'upper', 'initcap'] as const) {
      if (ours[which] !== row[which]) {
        differences.push(
          `${which} of U+${row.code.toString(16)} ${character}: Postgres ${row[which]}, ours ${ours[which]}`,
        );
      }
    }
  }
  for (let code = 1; code <= 0x10ffff; code += 1) {
    if ((code >= 0xd800 && code <= 0xdfff) || cased.has(code)) continue;
    const character = String.fromCodePoint(code);
    if (lower(character) !== character || upper(character) !== character) {
      differences.push(
        `U+${code.toString(16)} ${character} has no case in Postgres: ours ${lower(character)} ${upper(character)}`,
      );
    }
  }
  expect(rows.length).toBeGreaterThan(2_500);
  expect(differences).toEqual([]);
});
