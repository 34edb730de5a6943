/** Decides which values of which types prove that nothing is lost on the way: by stream and snapshot alike, from the source to UMS and on to the sink. */

export interface TypeCase {
  /** As a column is declared. */
  type: string;
  /** SQL expressions; NULL is added to every type. */
  values: string[];
  /** UMS type that the column must get. */
  umsType: string;
}

/** Types that the cases need and Postgres does not bring. */
export const TYPE_CASE_SETUP = [
  `create type mood as enum ('sad', 'ok', 'very "happy"')`,
  'create domain positive as int check (value > 0)',
  'create domain price as numeric(12,2)',
  'create domain prices as numeric(12,2)[]',
  'create domain nested_positive as positive',
  'create type pair as (a int, b text)',
] as const;

export const TYPE_CASES: readonly TypeCase[] = [
  { type: 'boolean', umsType: 'boolean', values: ['true', 'false'] },
  { type: 'smallint', umsType: 'int', values: ['0', '-32768', '32767'] },
  { type: 'integer', umsType: 'int', values: ['0', '-2147483648', '2147483647'] },
  { type: 'bigint', umsType: 'long', values: ['0', '-9223372036854775808', '9223372036854775807', '9007199254740993'] },
  { type: 'oid', umsType: 'long', values: ['0', '4294967295'] },
  {
    type: 'real',
    umsType: 'float',
    values: [
      '0',
      `'-0'`,
      '1.1',
      '-1.5',
      '1e20',
      '1e-20',
      '123456',
      '1234567',
      '0.0001',
      '0.00001',
      '3.4028235e38',
      '1e-45',
      `'NaN'`,
      `'Infinity'`,
      `'-Infinity'`,
    ],
  },
  {
    type: 'double precision',
    umsType: 'double',
    values: [
      '0',
      `'-0'`,
      '0.1',
      '1.0/3',
      '1e300',
      '-1e-300',
      '123456789012345',
      '1234567890123456',
      '0.0001',
      '0.00001',
      '1.7976931348623157e308',
      '5e-324',
      '9007199254740993',
      `'NaN'`,
      `'Infinity'`,
      `'-Infinity'`,
    ],
  },
  {
    type: 'numeric',
    umsType: 'decimal',
    values: [
      '0',
      '0.00',
      '-0.1',
      '1.10',
      '123456789012345678901234567890.123456789',
      '1e100',
      '1e-50',
      `'NaN'`,
      `'Infinity'`,
      `'-Infinity'`,
    ],
  },
  { type: 'numeric(12,2)', umsType: 'decimal', values: ['0', '1.5', '-9999999999.99', `'NaN'`] },
  { type: 'numeric(5,-2)', umsType: 'decimal', values: ['12345', '0'] },
  {
    type: 'text',
    umsType: 'string',
    values: [
      `''`,
      `'plain'`,
      `'_NULL_'`,
      `'NULL'`,
      `'quote " backslash \\ slash /'`,
      `E'tab\\tnewline\\nreturn\\r'`,
      `E'\\x01\\x1f\\x7f'`,
      `'żółć 漢字 🐘'`,
      `E'\\u2028\\u2029'`,
      `repeat('x', 3000)`,
      `' leading and trailing '`,
      `'{"a":1}'`,
    ],
  },
  { type: 'varchar(20)', umsType: 'string', values: [`''`, `'abc'`, `'trailing  '`] },
  { type: 'char(5)', umsType: 'string', values: [`''`, `'ab'`, `'abcde'`] },
  { type: '"char"', umsType: 'string', values: [`'a'`, `''`] },
  { type: 'name', umsType: 'string', values: [`'a_name'`] },
  { type: 'uuid', umsType: 'string', values: [`'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`] },
  {
    type: 'date',
    umsType: 'date',
    values: [
      `'2026-02-28'`,
      `'0001-01-01'`,
      `'9999-12-31'`,
      `'10000-01-01'`,
      `'5874897-12-31'`,
      `'0044-03-15 BC'`,
      `'4713-01-01 BC'`,
      `'infinity'`,
      `'-infinity'`,
    ],
  },
  {
    type: 'timestamp',
    umsType: 'datetime',
    values: [
      `'2026-02-28 23:59:59'`,
      `'2026-02-28 23:59:59.1'`,
      `'2026-02-28 23:59:59.123456'`,
      `'0001-01-01'`,
      `'294276-12-31 23:59:59.999999'`,
      `'0044-03-15 12:00:00 BC'`,
      `'0044-03-15 12:00:00.5 BC'`,
      `'infinity'`,
      `'-infinity'`,
    ],
  },
  { type: 'timestamp(3)', umsType: 'datetime', values: [`'2026-02-28 23:59:59.123456'`, `'2026-01-01 00:00:00'`] },
  {
    type: 'timestamptz',
    umsType: 'datetime',
    values: [
      `'2026-02-28 23:59:59+02'`,
      `'2026-02-28 23:59:59.123456-11:30'`,
      `'1883-01-01 00:00:00'`,
      `'294276-12-31 23:59:59.999999+00'`,
      `'0044-03-15 12:00:00+00 BC'`,
      `'0044-03-15 12:00:00.25+00 BC'`,
      `'infinity'`,
      `'-infinity'`,
    ],
  },
  { type: 'time', umsType: 'string', values: [`'00:00'`, `'23:59:59.999999'`, `'24:00'`] },
  { type: 'timetz', umsType: 'string', values: [`'12:34:56.789+05:30'`, `'24:00-12'`] },
  {
    type: 'interval',
    umsType: 'string',
    values: [`'0'`, `'1 year 2 mons -3 days 04:05:06.789'`, `'-178000000 years'`, `'1 day -00:00:01'`, `'infinity'`],
  },
  {
    type: 'json',
    umsType: 'jsonobject',
    values: [`'{"b": 1,  "a": [1, 2.50, "x\\"y"]}'`, `'[1,2]'`, `'"text"'`, `'null'`, `'1e5'`, `'{"a":1,"a":2}'`],
  },
  {
    type: 'jsonb',
    umsType: 'jsonobject',
    values: [
      `'{"b": 1, "a": {"deep": [true, null]}}'`,
      `'[]'`,
      `'"żółć\\n"'`,
      `'123456789012345678901234567890.10'`,
      `'null'`,
    ],
  },
  {
    type: 'bytea',
    umsType: 'binary',
    values: [`''`, `'\\x00'`, `'\\x0001'`, `'\\xdeadbeef'`, `'\\xffffffffff'`, `decode(repeat('00ff10', 200), 'hex')`],
  },
  { type: 'mood', umsType: 'string', values: [`'sad'`, `'very "happy"'`] },
  { type: 'positive', umsType: 'int', values: ['1', '2147483647'] },
  { type: 'nested_positive', umsType: 'int', values: ['7'] },
  { type: 'price', umsType: 'decimal', values: ['1', '-0.5'] },
  { type: 'prices', umsType: 'jsonarray', values: [`'{1,2.5,NULL}'`] },
  { type: 'pair', umsType: 'string', values: [`row(1, 'a "quoted", text')::pair`, `row(null, null)::pair`] },
  {
    type: 'integer[]',
    umsType: 'jsonarray',
    values: [
      `'{}'`,
      `'{1,-2,NULL}'`,
      `'{{1,2},{3,4}}'`,
      `'{{{1},{2}}}'`,
      `'[0:1]={5,6}'`,
      `'[2:3][-1:0]={{1,2},{3,4}}'`,
    ],
  },
  { type: 'bigint[]', umsType: 'jsonarray', values: [`'{9223372036854775807,-1}'`] },
  { type: 'boolean[]', umsType: 'jsonarray', values: [`'{t,f,NULL}'`] },
  { type: 'double precision[]', umsType: 'jsonarray', values: [`'{0.1,1e300,NaN,-Infinity,-0}'`] },
  { type: 'real[]', umsType: 'jsonarray', values: [`'{1.1,1e20,1234567}'`] },
  { type: 'numeric(12,2)[]', umsType: 'jsonarray', values: [`'{1.50,NaN}'`] },
  {
    type: 'text[]',
    umsType: 'jsonarray',
    values: [
      `'{}'`,
      `array['']`,
      `array['a b', 'c"d', 'e\\f', 'g,h', '{i}', 'NULL', 'null', null]`,
      `array['żółć 🐘', E'new\\nline', E'\\x01']`,
      `array[array['x','y'], array['z','']]`,
    ],
  },
  { type: 'varchar(10)[]', umsType: 'jsonarray', values: [`array['a', 'b ']`] },
  { type: 'uuid[]', umsType: 'jsonarray', values: [`array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid]`] },
  { type: 'date[]', umsType: 'jsonarray', values: [`'{2026-01-01,infinity,"0044-03-15 BC"}'`] },
  { type: 'timestamp[]', umsType: 'jsonarray', values: [`'{"2026-01-01 10:00:00.5"}'`] },
  {
    type: 'timestamptz[]',
    umsType: 'jsonarray',
    values: [`'{"2026-01-01 10:00:00+02",infinity,"0044-03-15 12:00:00+00 BC"}'`],
  },
  { type: 'bytea[]', umsType: 'jsonarray', values: [`array['\\x00ff'::bytea, ''::bytea]`] },
  { type: 'jsonb[]', umsType: 'jsonarray', values: [`array['{"a": "x,y"}'::jsonb, 'null'::jsonb]`] },
  { type: 'mood[]', umsType: 'jsonarray', values: [`'{sad,"very \\"happy\\""}'`] },
  { type: 'positive[]', umsType: 'jsonarray', values: [`'{1,2}'`] },
  { type: 'box[]', umsType: 'jsonarray', values: [`'{(1,1),(0,0);(3,3),(2,2)}'`] },
  { type: 'interval[]', umsType: 'jsonarray', values: [`'{"1 day 02:00:00"}'`] },
  { type: 'inet', umsType: 'string', values: [`'192.168.1.1/24'`, `'::1'`] },
  { type: 'cidr', umsType: 'string', values: [`'10.0.0.0/8'`] },
  { type: 'macaddr', umsType: 'string', values: [`'08:00:2b:01:02:03'`] },
  { type: 'bit(4)', umsType: 'string', values: [`B'1010'`] },
  { type: 'varbit(10)', umsType: 'string', values: [`B''`, `B'101'`] },
  { type: 'money', umsType: 'string', values: ['12.34'] },
  { type: 'xml', umsType: 'string', values: [`'<a b="1">text</a>'`] },
  { type: 'point', umsType: 'string', values: [`'(1.5,-2)'`] },
  { type: 'box', umsType: 'string', values: [`'(3,4),(1,2)'`] },
  { type: 'polygon', umsType: 'string', values: [`'((0,0),(1,1),(1,0))'`] },
  { type: 'int4range', umsType: 'string', values: [`'[1,5)'`, `'empty'`, `'(,)'`] },
  { type: 'tstzrange', umsType: 'string', values: [`'["2026-01-01 00:00:00+00",)'`] },
  { type: 'int4multirange', umsType: 'string', values: [`'{[1,3),[5,7)}'`] },
  { type: 'tsvector', umsType: 'string', values: [`'a:1 b:2'`] },
  { type: 'pg_lsn', umsType: 'string', values: [`'16/B3748'`] },
  { type: 'jsonpath', umsType: 'string', values: [`'$.a[*]'`] },
];

/** Table of the n-th case. */
export function caseTable(index: number): string {
  return `case_${index}`;
}

/** One table per type: `id` counts the values from 1, the last row is NULL. */
export function caseTableSql(index: number): string {
  return `create table ${caseTable(index)} (id int primary key, v ${TYPE_CASES[index]!.type})`;
}

export function caseRowsSql(index: number): string {
  const { type, values } = TYPE_CASES[index]!;
  const rows = [...values, 'null'].map((value, row) => `(${row + 1}, (${value})::${type})`);
  return `insert into ${caseTable(index)} values ${rows.join(', ')}`;
}
