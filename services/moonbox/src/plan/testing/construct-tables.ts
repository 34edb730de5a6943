/** Two tables with a column of every kind, one in each store, for queries that try one construct each. */
import type { Row, StoredTable } from './two-stores.ts';

const GROUPS = ['a', 'b', 'c', 'Ä', 'x y', '"q"', 'a,b'];

const count = (rows: number): number[] => Array.from({ length: rows }, (_, index) => index);

/** `pg.ev` and `maria.w`; `w.k` finds rows of `ev` by `id` and by `n`. */
export const CONSTRUCT_TABLES: readonly StoredTable[] = [
  {
    name: 'ev',
    store: 'pg',
    postgres:
      'id int primary key, g text, n int, m numeric(10,2), fr numeric, f float8, d date, ts timestamp, tz timestamptz, a int[], ta text[], j jsonb, iv interval, b bool',
    rows: count(24).map(
      (i): Row => [
        `${i + 1}`,
        i % 7 === 0 ? null : GROUPS[i % 7]!,
        i % 5 === 0 ? null : `${((i * 37) % 11) - 4}`,
        i % 6 === 1 ? null : `${((i * 731) % 1000) / 100}`,
        i % 4 === 0 ? '1.50' : i % 4 === 1 ? '1.5' : `${i}.00${i}`,
        `${i * 1.1 - 3}`,
        i % 9 === 0 ? null : `2024-0${(i % 9) + 1}-${10 + (i % 18)}`,
        `2024-0${(i % 9) + 1}-${10 + (i % 18)} 0${i % 10}:3${i % 10}:00.12${i}`,
        `2024-${i % 2 === 1 ? '03-31' : '10-27'} 0${i % 5}:30:00+00`,
        i % 3 === 0 ? '{}' : `{${i},NULL,${i + 1}}`,
        i % 4 === 3 ? null : `{"a b",x${i},NULL,"q\\"z"}`,
        `{"a": ${i}, "b": [1, "z"]}`,
        `${i} days ${i * 3}:0${i % 10}:00`,
        i % 2 === 1 ? 't' : 'f',
      ],
    ),
  },
  {
    name: 'w',
    store: 'maria',
    postgres: 'id int primary key, k int, t text, d date, m numeric(10,2)',
    maria: 'id int primary key, k int, t varchar(20), d date, m decimal(10,2)',
    rows: count(15).map(
      (i): Row => [
        `${i + 1}`,
        i % 4 === 0 ? null : `${i % 6}`,
        i % 5 === 0 ? null : `t${i % 4}`,
        `2024-02-0${(i % 9) + 1}`,
        `${i * 3}.25`,
      ],
    ),
  },
];
