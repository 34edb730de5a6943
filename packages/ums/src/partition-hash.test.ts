import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASH_SEED, hashKeyPart, hashKeyText, hashNull, keyFoldOf, partitionOf } from './partition-hash.ts';
import type { UmsType } from './types.ts';

const goldenFile = new URL('../golden/partition-hash.json', import.meta.url);
const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as {
  key: (readonly [UmsType, string] | null)[];
  state: number;
  partitions: Record<string, number>;
}[];

function hashOf(key: readonly (readonly [UmsType, string] | null)[]): number {
  let state = HASH_SEED;
  for (const part of key) {
    const bytes = Buffer.from(part === null ? '' : `<<${part[1]}>>`);
    state = part === null ? hashNull(state) : hashKeyPart(state, part[0], bytes, 2, bytes.length - 2);
  }
  return state;
}

describe('the golden file', () => {
  it.each(golden)('$key', ({ key, state, partitions }) => {
    const now = hashOf(key);
    const nowPartitions = Object.fromEntries(
      Object.keys(partitions).map((count) => [count, partitionOf(now, Number(count))]),
    );
    expect(
      { state: now, partitions: nowPartitions },
      'The partition hash has changed. Rows of one key would go to two partitions, and their order would be lost, in every topic that exists. ' +
        'Take the change back; the golden file may grow, but none of its lines may ever change.',
    ).toEqual({ state, partitions });
  });

  it('knows every type', () => {
    const types = new Set(golden.flatMap(({ key }) => key.map((part) => part?.[0])));
    for (const type of [
      'int',
      'long',
      'float',
      'double',
      'decimal',
      'boolean',
      'string',
      'date',
      'datetime',
      'binary',
      'jsonobject',
    ]) {
      expect(types).toContain(type);
    }
  });
});

describe('values that a source calls equal', () => {
  it.each<[[UmsType, string], [UmsType, string]]>([
    [
      ['int', '42'],
      ['long', '42'],
    ],
    [
      ['long', '42'],
      ['decimal', '42.00'],
    ],
    [
      ['decimal', '42'],
      ['decimal', '4.2e1'],
    ],
    [
      ['decimal', '-0.00'],
      ['int', '0'],
    ],
    [
      ['decimal', '0042.10'],
      ['decimal', '42.1'],
    ],
    [
      ['decimal', '0.001'],
      ['decimal', '1e-3'],
    ],
    [
      ['decimal', '1e200000'],
      ['decimal', '10e199999'],
    ],
    [
      ['decimal', '0.1e200001'],
      ['decimal', '1e200000'],
    ],
    [
      ['double', '42.0'],
      ['int', '42'],
    ],
    [
      ['double', '1e21'],
      ['double', '1000000000000000000000'],
    ],
    [
      ['double', '-0'],
      ['double', '0'],
    ],
    [
      ['float', '0.10'],
      ['float', '0.1'],
    ],
    [
      ['datetime', '2026-01-01 10:00:00.500000'],
      ['datetime', '2026-01-01 10:00:00.5'],
    ],
    [
      ['datetime', '2026-01-01 10:00:00.000'],
      ['datetime', '2026-01-01 10:00:00'],
    ],
    [
      ['datetime', '0044-03-15 10:00:00.10 BC'],
      ['datetime', '0044-03-15 10:00:00.1 BC'],
    ],
  ])('%j and %j are one key', (one, other) => {
    expect(hashOf([one])).toBe(hashOf([other]));
  });

  it.each<[[UmsType, string][], [UmsType, string][]]>([
    [
      [
        ['string', 'ab'],
        ['string', 'c'],
      ],
      [
        ['string', 'a'],
        ['string', 'bc'],
      ],
    ],
    [[['string', '']], []],
    [[['string', '42']], [['string', '42.0']]],
    [[['datetime', '2026-01-01 10:00:00 BC']], [['datetime', '2026-01-01 10:00:00']]],
    [[['decimal', '1e200000']], [['decimal', '-1e200000']]],
  ])('%j and %j are two', (one, other) => {
    expect(hashOf(one)).not.toBe(hashOf(other));
  });

  it('is one for numbers however they are written', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(6), (value, zeros) => {
        const text = String(value === 0 ? 0 : value);
        const padded = zeros === 0 ? text : `${text}.${'0'.repeat(zeros)}`;
        const hash = hashOf([['long', text]]);
        expect(hashOf([['decimal', padded]])).toBe(hash);
        expect(hashOf([['double', text]])).toBe(hash);
        expect(hashKeyText(HASH_SEED, 'decimal', padded)).toBe(hash);
      }),
    );
  });

  it('tells null from every text', () => {
    expect(hashNull(HASH_SEED)).not.toBe(hashOf([['string', '']]));
    expect(hashNull(HASH_SEED)).not.toBe(hashOf([['string', 'null']]));
  });
});

describe('folding', () => {
  const hash = (sourceType: string, text: string) =>
    hashKeyText(HASH_SEED, 'string', text, keyFoldOf({ type: 'string', sourceType }));

  it.each([
    ['character(8)', 'ab', 'ab      ', true],
    ['character(8)', 'ab', 'AB', false],
    ['character varying(8)', 'ab', 'ab ', false],
    ['text', 'ab', 'AB', false],
    ['citext', 'Straße', 'STRAßE', true],
    ['citext', 'ab', 'ab ', false],
    ['varchar(9) collate utf8mb4_general_ci', 'Café', 'cafe ', true],
    ['varchar(9) collate utf8mb4_0900_ai_ci', 'Café', 'cafe', true],
    ['varchar(9) collate utf8mb4_0900_ai_ci', 'cafe', 'cafe ', false],
    ['varchar(9) collate utf8mb4_0900_as_cs', 'café', 'cafe', false],
    ['varchar(9) collate utf8mb4_bin', 'ab', 'AB', false],
  ])('%s: %j and %j are one key: %s', (sourceType, one, other, equal) => {
    expect(hash(sourceType, one) === hash(sourceType, other)).toBe(equal);
  });
});

it('spreads keys evenly', () => {
  const counts = new Array(4).fill(0);
  for (let key = 0; key < 40_000; key++) counts[partitionOf(hashOf([['long', String(key)]]), 4)]++;
  for (const count of counts) expect(count).toBeGreaterThan(9_500);
});
