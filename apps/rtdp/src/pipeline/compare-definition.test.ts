import { describe, expect, it } from 'vitest';
import { differences, flowAsKept } from './compare-definition.ts';

describe('differences', () => {
  it('compares what the file gives and passes over what it leaves out', () => {
    expect(differences({ a: 1 }, { a: 1, b: 2 })).toEqual([]);
    expect(differences({ a: { b: [1, 2] } }, { a: { b: [1, 3] } })).toEqual([{ path: 'a.b[1]', is: 3, asked: 2 }]);
    expect(differences({ tables: ['x'] }, { tables: 'all' })).toEqual([{ path: 'tables', is: 'all', asked: ['x'] }]);
  });

  it('never compares a password, which is never told', () => {
    expect(differences({ connection: { password: 'x', port: 1 } }, { connection: { port: 1 } })).toEqual([]);
  });
});

describe('flowAsKept', () => {
  it('fills the pattern up and names the single step', () => {
    expect(flowAsKept({ name: 'f', source: { namespace: 'postgresql.shop.public.*' }, sql: 'select 1' })).toEqual({
      name: 'f',
      source: { namespace: 'postgresql.shop.public.*.*.*.*' },
      steps: [{ name: 'result', sql: 'select 1' }],
    });
  });
});
