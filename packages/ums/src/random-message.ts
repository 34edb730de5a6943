/** Decides which valid messages the fuzzer starts from: every type, its extremes, and every form that a writer may use. From a seed. */
import type { MessageToWrite } from './message.ts';
import { UMS_TYPES, type UmsField, type UmsType, type UmsValue, withSystemFields } from './types.ts';

export interface Random {
  /** From 0 to `limit` − 1. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32: the same numbers for the same seed, on every machine. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
  };
}

const TEXTS = [
  '',
  'plain',
  'a "quoted" \\ text',
  'tab\tnewline\nnull\u0000bell\u0007',
  'Grüße 漢字 🙂',
  '_NULL',
  'null',
  '],"context":{',
  'x'.repeat(70),
];

const VALUES: Readonly<Record<UmsType, readonly UmsValue[]>> = {
  int: [0, 1, -1, 42, 2147483647, -2147483648, 100],
  long: [
    '0',
    '1',
    '-1',
    '9223372036854775807',
    '-9223372036854775808',
    '12345678901',
    '1234567890123456789',
    '9999999999',
  ],
  float: [0, 1.5, -0, 3.4028235e38, 1.17549435e-38, 'NaN', 'Infinity', '-Infinity'],
  double: [
    0,
    -0,
    0.1,
    1e22,
    1e23,
    5e-324,
    1.7976931348623157e308,
    123456789.12345679,
    0.30000000000000004,
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  decimal: [
    '0',
    '1.50',
    '-0.00',
    '123456789012345678901234567890.123456789',
    'NaN',
    'Infinity',
    '-Infinity',
    '007',
    '1e5',
  ],
  boolean: [true, false],
  string: TEXTS,
  date: ['2026-01-31', '0001-01-01', '0000-00-00', '5874897-12-31', '0044-03-15 BC', 'infinity', '-infinity'],
  datetime: [
    '2026-01-31 23:59:59',
    '2026-01-31 23:59:59.1',
    '2026-01-31 23:59:59.123456',
    '2026-01-31 23:59:60',
    '0000-00-00 00:00:00',
    '294276-12-31 23:59:59.999999',
    '4713-01-01 00:00:00 BC',
    'infinity',
    '-infinity',
  ],
  binary: ['', 'AA==', 'AAE=', 'AAEC', '/+8='],
  jsonobject: [
    '{}',
    '{"a":[1,2,{"b":null}],"c":"\\u0041 \\"x\\""}',
    ' {"a" : 1 } ',
    'null',
    '12',
    '"text"',
    '{"a":1e400}',
  ],
  jsonarray: ['[]', '[1,"two",null,[true]]', '[{"漢":"字"}]'],
};

/** A message of up to `rowLimit` rows with up to eight columns. */
export function randomMessage(random: Random, rowLimit = 4): MessageToWrite {
  const columns = Array.from({ length: 1 + random.below(8) }, (_, index) => randomField(random, index));
  const all = withSystemFields(columns);
  const fields = random.chance(0.2) ? all.filter((field) => field.name !== 'ums_uid_') : all;
  const rows: UmsValue[][] = [];
  const unchanged: (number[] | undefined)[] = [];
  const unknown: (number[] | undefined)[] = [];
  for (let row = random.below(rowLimit + 1); row > 0; row--) {
    const id = String(1 + random.below(2 ** 31));
    const tuple = fields.map((field) => randomValue(random, field, id));
    const untold = fields.flatMap((_, place) => (tuple[place] === null && random.chance(0.4) ? [place] : []));
    const split = random.below(untold.length + 1);
    rows.push(tuple);
    unchanged.push(split > 0 ? untold.slice(0, split) : undefined);
    unknown.push(split < untold.length ? untold.slice(split) : undefined);
  }
  return {
    kind: random.pick(['data_increment_data', 'data_initial_data', 'data_batch_data']),
    namespace: random.pick(['postgresql.shop.public.orders.1.0.0', 'mysql.shop.%53ales.a%2eb.12.0.orders_1']),
    batchId: random.below(3),
    fields,
    rows,
    unchanged,
    unknown,
    ...(random.chance(0.5)
      ? { context: { source: 'shop', tx: [[0, '77', '2026-01-01 00:00:00']], text: random.pick(TEXTS) } }
      : {}),
  };
}

/** A column of any type. */
export function randomField(random: Random, index: number): UmsField {
  const type = random.pick(UMS_TYPES);
  return {
    name: random.pick(['id', 'Größe', 'a"b', 'column']) + index,
    type,
    nullable: random.chance(0.7),
    encoded: random.chance(0.1),
    ...(random.chance(0.5) ? { sourceType: 'something(1,2)' } : {}),
    ...(index === 0 ? { key: true } : {}),
  };
}

function randomValue(random: Random, field: UmsField, id: string): UmsValue {
  switch (field.name) {
    case 'ums_id_':
      return random.chance(0.1) ? random.pick(['1', '9223372036854775807', '1835008000000001997']) : id;
    case 'ums_ts_':
      return random.chance(0.8) ? '2026-01-01 00:00:00.123456' : random.pick(VALUES.datetime);
    case 'ums_op_':
      return random.pick(['i', 'u', 'b', 'd']);
    case 'ums_uid_':
      return id;
    default:
      return random.chance(0.2) ? null : random.pick(VALUES[field.type]);
  }
}
