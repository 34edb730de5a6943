import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapePart,
  formatNamespace,
  matchesPattern,
  NAMESPACE_PARTS,
  type Namespace,
  parseForeignNamespace,
  parseNamespace,
  parsePattern,
  tableIdentity,
  unescapePart,
} from './namespace.ts';

const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const namespace: fc.Arbitrary<Namespace> = fc
  .tuple(part, part, part, part, fc.nat(), part, part)
  .map(([system, instance, database, table, version, dbPartition, tablePartition]) => {
    return { system, instance, database, table, version: String(version), dbPartition, tablePartition };
  });

const orders = parseNamespace('postgresql.shop01.public.orders.3.0.0');

describe('namespaces', () => {
  it('names its seven parts', () => {
    expect(orders).toEqual({
      system: 'postgresql',
      instance: 'shop01',
      database: 'public',
      table: 'orders',
      version: '3',
      dbPartition: '0',
      tablePartition: '0',
    });
    expect(formatNamespace(orders)).toBe('postgresql.shop01.public.orders.3.0.0');
    expect(tableIdentity(orders)).toBe('postgresql.shop01.public.orders.*.0.0');
  });

  it('survives with any characters in any part', () => {
    fc.assert(
      fc.property(namespace, (value) => {
        const text = formatNamespace(value);
        expect(text.split('.')).toHaveLength(7);
        expect(text).toBe(text.toLowerCase());
        expect(text).not.toMatch(/[*|\s]/);
        expect(parseNamespace(text)).toEqual(value);
        expect(parseForeignNamespace(text)).toEqual(value);
      }),
    );
  });

  it('gives different names different texts', () => {
    fc.assert(fc.property(part, part, (one, other) => (escapePart(one) === escapePart(other)) === (one === other)));
    expect(
      new Set(['orders', 'Orders', 'ORDERS', 'orders ', 'or.ders', 'or%ders', '*', '%2a'].map(escapePart)).size,
    ).toBe(8);
  });

  it('escapes what would be misread', () => {
    expect(escapePart('Orders')).toBe('%4frders');
    expect(escapePart('a.b*c%|d e')).toBe('a%2eb%2ac%25%7cd%20e');
    expect(escapePart('É')).toBe('%c3%89');
    expect(escapePart('größe_漢字-1')).toBe('größe_漢字-1');
  });

  it.each([
    ['postgresql.shop.public.orders.3.0', /6 parts/],
    ['postgresql.shop.public..3.0.0', /empty part/],
    ['postgresql.shop.public.Orders.3.0.0', /not in escaped form/],
    ['postgresql.shop.public.*.3.0.0', /not in escaped form/],
    ['postgresql.shop.public.%zz.3.0.0', /two hex digits/],
    ['postgresql.shop.public.%4F.3.0.0', /not in escaped form/],
    ['postgresql.shop.public.%6f.3.0.0', /not in escaped form/],
    ['postgresql.shop.public.%ff.3.0.0', /not UTF-8/],
    ['postgresql.shop.public.orders.x.0.0', /version/],
    ['postgresql.shop.public.orders.03.0.0', /version/],
  ])('refuses %s', (text, problem) => {
    expect(() => parseNamespace(text)).toThrow(problem);
  });

  it('says how to write what it refuses', () => {
    try {
      unescapePart('Orders');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'UMS_NAMESPACE', next: expect.stringContaining('%4frders') });
      expect(error).toMatchObject({ next: expect.stringContaining('or orders if you mean') });
    }
  });

  it('reads the original namespaces, where case does not count', () => {
    expect(parseForeignNamespace('ORACLE.Ora01.HR.EMP.5.0.0').table).toBe('emp');
    expect(parseForeignNamespace('postgresql.shop.public.%4frders.1.0.0').table).toBe('Orders');
  });
});

describe('patterns', () => {
  it.each([
    ['postgresql.shop01.public.orders.3.0.0', true],
    ['postgresql.shop01.public.orders', true],
    ['*.*.*.*', true],
    ['postgresql.shop*.public.*.*.*.*', true],
    ['postgresql.*1.pub*c.*d*', true],
    ['postgresql.shop01.public.orders.2', false],
    ['postgresql.shop01.public.order', false],
    ['postgresql.shop01.public.order?', false],
    ['postgresql.shop01.public.%4frders', false],
    ['*.*.*.*.*.1', false],
  ])('%s on postgresql.shop01.public.orders.3.0.0: %s', (pattern, matches) => {
    expect(matchesPattern(parsePattern(pattern), orders)).toBe(matches);
  });

  it('takes a star in a name for a star only where it is escaped', () => {
    const starred = { ...orders, table: 'a*b' };
    expect(matchesPattern(parsePattern('*.*.*.a%2ab'), starred)).toBe(true);
    expect(matchesPattern(parsePattern('*.*.*.a%2ab'), { ...orders, table: 'axb' })).toBe(false);
  });

  it('made from a namespace matches that one alone', () => {
    fc.assert(
      fc.property(namespace, namespace, (one, other) => {
        const pattern = parsePattern(formatNamespace(one));
        expect(matchesPattern(pattern, one)).toBe(true);
        const equal = NAMESPACE_PARTS.every((name) => one[name] === other[name]);
        expect(matchesPattern(pattern, other)).toBe(equal);
      }),
    );
  });

  it.each(['', 'a.b.c', 'a.b.c.d.1.0.0.0', 'a..c.d', 'A.b.c.d'])('refuses %s', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow();
  });
});
