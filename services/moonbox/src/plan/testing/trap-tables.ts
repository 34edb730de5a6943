/** The tables of the trap tests: texts that one collation takes for the same and another does not, numbers at their ends, moments around each other. */
import { TwoStores } from './two-stores.ts';

const WORDS = ['abc', 'ABC', 'abc ', 'Abc', 'äbc', '', ' ', 'a%c', 'a_c', 'a\\c', '\\n', "o'x", '0', '00', null];

export function openTrapTables(): Promise<TwoStores> {
  return TwoStores.open(
    [
      {
        name: 'word',
        store: 'maria',
        postgres:
          'id int primary key, t text, e text, n int, u numeric(20,0), d numeric(38,10), f float8, at timestamptz, w timestamp, l text',
        maria: `id int primary key, t varchar(20) COLLATE utf8mb4_general_ci, e varchar(20) COLLATE utf8mb4_nopad_bin, n int, u bigint unsigned, d decimal(38,10), f double,
          at timestamp(6) NULL, w datetime(6), l varchar(20) CHARACTER SET latin1`,
        rows: WORDS.map((word, index) => [
          `${index + 1}`,
          word,
          word,
          index % 4 === 0 ? null : `${index - 7}`,
          index === 0 ? '18446744073709551615' : `${index - 1}`,
          index === 1 ? '9999999999999999999999999999.9999999999' : `${index}.0000000001`,
          `${index / 4}`,
          index === 3 ? null : `2024-03-10 0${index % 10}:30:00.123456`,
          index === 5 ? null : `2024-03-10 0${index % 10}:30:00`,
          word,
        ]),
      },
      {
        name: 'note',
        store: 'pg',
        postgres: 'id int primary key, t text, n int, z int, f float8, at timestamptz, big numeric, c char(4)',
        rows: [
          [
            '1',
            'abc',
            '1',
            '0',
            'NaN',
            '2024-03-10 01:30:00.123456+00',
            '12345678901234567890123456789012345678901234567890.5',
            'x',
          ],
          ['2', 'ABC', '2', '2', 'Infinity', '2024-03-10 03:30:00.123456+01', '1.0', 'x y'],
          ['3', null, null, '3', '-0', null, '1.00', null],
          [
            '4',
            'abc ',
            '-7',
            '2',
            '1.5',
            '2024-03-09 23:30:00.123456-04',
            '0.3333333333333333333333333333333333333333333',
            'X',
          ],
          ['5', '', '9', null, null, '2024-03-10 05:30:00.123456+00', 'NaN', 'y'],
        ],
      },
    ],
    { mariaCollation: 'utf8mb4_general_ci' },
  );
}
