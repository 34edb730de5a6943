/** The tables of the random test, two in each store, and rows for them from a seed. */
import { seededRandom } from './tpch-tables.ts';
import type { Row, StoredTable } from './two-stores.ts';

export type Kind = 'int' | 'big' | 'money' | 'free' | 'float' | 'text' | 'date' | 'moment' | 'bool';

export interface Column {
  readonly name: string;
  readonly kind: Kind;
}

export interface Table {
  readonly name: string;
  readonly store: 'pg' | 'maria';
  readonly columns: readonly Column[];
}

const COLUMN_TYPES: Record<Kind, { postgres: string; maria: string }> = {
  int: { postgres: 'int', maria: 'int' },
  big: { postgres: 'bigint', maria: 'bigint' },
  money: { postgres: 'numeric(10,2)', maria: 'decimal(10,2)' },
  free: { postgres: 'numeric', maria: 'decimal(30,10)' },
  float: { postgres: 'float8', maria: 'double' },
  text: { postgres: 'text', maria: 'varchar(40)' },
  date: { postgres: 'date', maria: 'date' },
  moment: { postgres: 'timestamp', maria: 'datetime(6)' },
  bool: { postgres: 'boolean', maria: 'boolean' },
};

export const TABLES: readonly Table[] = [
  {
    name: 'a',
    store: 'pg',
    columns: columns('id:int k:int n:int b:big m:money t:text d:date f:float free:free ok:bool at:moment'),
  },
  { name: 'b', store: 'pg', columns: columns('id:int a_id:int k:int m:money t:text d:date') },
  {
    name: 'c',
    store: 'maria',
    columns: columns('id:int a_id:int k:int n:int b:big m:money t:text d:date f:float at:moment'),
  },
  { name: 'e', store: 'maria', columns: columns('id:int c_id:int k:int m:money t:text') },
];

function columns(text: string): Column[] {
  return text.split(' ').map((part) => {
    const [name, kind] = part.split(':') as [string, Kind];
    return { name, kind };
  });
}

export const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'Ab ',
  'b',
  'B%',
  'a_c',
  'é',
  'zebra',
  'Zebra',
  '\\x',
  "it's",
  '10',
  '9',
  'ß',
  '数',
];

export function randomTables(seed: number, rowCount: number): StoredTable[] {
  const random = seededRandom(seed);
  const int = (least: number, greatest: number): number => least + Math.floor(random() * (greatest - least + 1));
  const valueFor = (kind: Kind): string | null => {
    if (random() < 0.15) return null;
    switch (kind) {
      case 'int':
        return `${int(-5, 12)}`;
      case 'big':
        return random() < 0.1 ? '9007199254740993' : `${int(-1000, 1000)}`;
      case 'money':
        return (int(-2000, 5000) / 100).toFixed(2);
      case 'free':
        return (int(-500, 500) / 8).toFixed(int(3, 5));
      case 'float':
        return `${int(-40, 40) / 4}`;
      case 'text':
        return TEXTS[int(0, TEXTS.length - 1)]!;
      case 'date':
        return new Date(Date.UTC(2024, 0, int(1, 400))).toISOString().slice(0, 10);
      case 'moment':
        return new Date(Date.UTC(2024, 0, int(1, 60), int(0, 23), int(0, 59), int(0, 59), int(0, 9) * 100))
          .toISOString()
          .replace('T', ' ')
          .slice(0, 23);
      default:
        return random() < 0.5 ? 'true' : 'false';
    }
  };
  return TABLES.map(({ name, store, columns: own }) => {
    const ddl = (dialect: 'postgres' | 'maria'): string =>
      own
        .map(
          (column) =>
            `${column.name} ${COLUMN_TYPES[column.kind][dialect]}${column.name === 'id' ? ' primary key' : ''}`,
        )
        .join(', ');
    const rows = Array.from(
      { length: rowCount },
      (_, index): Row =>
        own.map((column) =>
          column.name === 'id'
            ? `${index + 1}`
            : column.name.endsWith('_id')
              ? random() < 0.1
                ? null
                : `${int(1, rowCount + 3)}`
              : valueFor(column.kind),
        ),
    );
    return { name, store, postgres: ddl('postgres'), maria: ddl('maria'), rows };
  });
}
