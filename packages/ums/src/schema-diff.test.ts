import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDiff, diffSchemas, isCompatibleFor } from './schema-diff.ts';
import { UMS_TYPES, type UmsField } from './types.ts';

const sourceTypes = [undefined, 'varchar(10)', 'varchar(20)', 'text', 'numeric(10,2)', 'integer', 'bigint', 'uuid'];
const field: fc.Arbitrary<UmsField> = fc
  .record({
    name: fc.constantFrom(...'abcdefgh'),
    type: fc.constantFrom(...UMS_TYPES),
    nullable: fc.boolean(),
    encoded: fc.boolean(),
    sourceType: fc.constantFrom(...sourceTypes),
    key: fc.constantFrom(true, undefined),
  })
  .map(({ sourceType, key, ...rest }) => {
    return { ...rest, ...(sourceType === undefined ? {} : { sourceType }), ...(key === undefined ? {} : { key }) };
  });
const fields = fc.uniqueArray(field, { selector: (one) => one.name, maxLength: 8 });

const column = (name: string, more: Partial<UmsField> = {}): UmsField => {
  return { name, type: 'string', nullable: true, encoded: false, ...more };
};
const id = column('id', { type: 'long', nullable: false, key: true });

describe('diffSchemas', () => {
  it('of equal schemas is empty', () => {
    fc.assert(
      fc.property(
        fields,
        (one) => void expect(diffSchemas(one, structuredClone(one))).toEqual({ changes: [], compatible: true }),
      ),
    );
  });

  it('applied to the old schema gives the new one', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => void expect(applyDiff(one, diffSchemas(one, other))).toEqual(other)),
      {
        numRuns: 2000,
      },
    );
  });

  it('survives JSON, for it is stored', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        expect(applyDiff(one, JSON.parse(JSON.stringify(diffSchemas(one, other))))).toEqual(other);
      }),
    );
  });

  it.each<[string, UmsField[], UmsField[], boolean, string[]]>([
    ['a nullable column added', [id], [id, column('a')], true, ['added']],
    ['a column added that may not be null', [id], [id, column('a', { nullable: false })], false, ['added']],
    ['a column dropped', [id, column('a')], [id], true, ['dropped']],
    ['a drop and an add together', [id, column('a')], [id, column('b')], false, ['dropped', 'added']],
    ['a key column dropped', [id, column('a', { key: true })], [id], false, ['dropped']],
    ['a key column added', [id], [id, column('a', { key: true })], false, ['added']],
    ['another key', [id, column('a')], [id, column('a', { key: true })], false, ['key']],
    ['columns in another order', [id, column('a')], [column('a'), id], true, ['reordered']],
    ['masking switched on', [column('a')], [column('a', { encoded: true })], false, ['masking']],
    ['null allowed', [column('a', { nullable: false })], [column('a')], true, ['nullability']],
    ['null forbidden', [column('a')], [column('a', { nullable: false })], false, ['nullability']],
    ['int to long', [column('a', { type: 'int' })], [column('a', { type: 'long' })], true, ['retyped']],
    ['long to int', [column('a', { type: 'long' })], [column('a', { type: 'int' })], false, ['retyped']],
    ['long to string', [column('a', { type: 'long' })], [column('a')], false, ['retyped']],
    ['long to double', [column('a', { type: 'long' })], [column('a', { type: 'double' })], false, ['retyped']],
  ])('%s', (_, before, after, compatible, changes) => {
    const diff = diffSchemas(before, after);
    expect(diff.changes.map((change) => change.change)).toEqual(changes);
    expect(diff.compatible).toBe(compatible);
    expect(diff.changes.every((change) => change.why.length > 10)).toBe(true);
  });

  it.each([
    ['varchar(10)', 'character varying(20)', true],
    ['varchar(20)', 'varchar(10)', false],
    ['varchar(20)', 'text', true],
    ['varchar', 'text', true],
    ['varchar', 'varchar(20)', false],
    ['text', 'varchar(20)', false],
    ['char(5)', 'char(6)', false],
    ['numeric(10,2)', 'numeric(12,2)', true],
    ['numeric(10,2)', 'numeric(12,4)', true],
    ['numeric(10,2)', 'numeric(11,4)', false],
    ['numeric(10,2)', 'numeric', true],
    ['numeric', 'numeric(10,2)', false],
    ['numeric(10,2)', 'numeric(10,1)', false],
    ['integer', 'bigint', true],
    ['int4', 'integer', true],
    ['bigint', 'numeric', true],
    ['bigint', 'numeric(18,0)', false],
    ['bigint', 'numeric(19)', true],
    ['timestamp(3) without time zone', 'timestamp(6) without time zone', true],
    ['timestamp(3)', 'timestamp', true],
    ['timestamp with time zone', 'timestamptz', true],
    ['timestamp without time zone', 'timestamp with time zone', false],
    ['json', 'jsonb', false],
    ['integer[]', 'bigint[]', false],
    ['mood', 'temper', false],
    ['varchar(10) collate utf8mb4_bin', 'varchar(20) collate utf8mb4_bin', true],
    ['varchar(10) collate utf8mb4_bin', 'varchar(20) collate utf8mb4_general_ci', false],
  ])('source type %s to %s: %s', (before, after, compatible) => {
    const type =
      /^(numeric|bigint)/.test(after) && /^(integer|bigint|numeric)/.test(before)
        ? ('decimal' as const)
        : ('string' as const);
    const diff = diffSchemas([column('a', { type, sourceType: before })], [column('a', { type, sourceType: after })]);
    expect(diff.compatible).toBe(compatible);
    if (!compatible) expect(diff.changes[0]!.why).toBe(`Not every ${before} is a ${after}.`);
  });

  it.each([
    ['decimal', 'numeric(12,2)', 'string', 'text', 'Not every text is a numeric(12,2).'],
    ['string', 'text', 'decimal', 'numeric(12,2)', 'Not every text is a numeric(12,2).'],
    ['string', 'uuid', 'string', 'text', 'Not every text is a uuid.'],
    ['long', undefined, 'string', undefined, 'Not every string is a long.'],
    ['string', 'character varying(20)', 'string', 'varchar(10)', 'Not every character varying(20) is a varchar(10).'],
  ] as const)('of %s %s that becomes %s %s: %s', (type, sourceType, newType, newSourceType, why) => {
    const of = (type: UmsField['type'], sourceType: string | undefined): UmsField[] => [
      column('a', { type, ...(sourceType === undefined ? {} : { sourceType }) }),
    ];
    const { changes } = diffSchemas(of(type, sourceType), of(newType, newSourceType));
    expect(changes).toMatchObject([{ change: 'retyped', compatible: false, why }]);
  });

  it('lets a flow go on only if it does not use what was dropped', () => {
    const diff = diffSchemas([id, column('a'), column('b')], [id, column('b')]);
    expect(isCompatibleFor(diff, new Set(['id', 'b']))).toBe(true);
    expect(isCompatibleFor(diff, new Set(['id', 'a']))).toBe(false);
  });

  it('is not applied to strangers', () => {
    const diff = diffSchemas([id, column('a')], [id]);
    expect(() => applyDiff([id], diff)).toThrow(/not among the fields/);
    expect(() => applyDiff([id, column('a')], diffSchemas([id], [id, column('a')]))).toThrow(/there already/);
  });
});
