import { parseTypeText } from '@rtdp/sql/pg-type';
import { declaredType } from '@rtdp/stores/mysql/types';
import { expect, test } from 'vitest';
import { columnType } from './mirror-statements.ts';

test('a numeric has its digits in the catalog, however its source writes the type', () => {
  const ofMysql = (written: string): string => columnType(declaredType(written).type, written, new Set());
  expect(ofMysql('bigint(20) unsigned')).toBe('numeric(20,0)');
  expect(ofMysql('decimal(12,3) unsigned')).toBe('numeric(12,3)');
  expect(ofMysql('decimal(65,30)')).toBe('numeric(65,30)');
  expect(columnType(parseTypeText('numeric(12,2)'), 'shop.price', new Set())).toBe('numeric(12,2)');
  expect(columnType(parseTypeText('numeric(10,-2)'), 'numeric(10,-2)', new Set())).toBe('numeric(10,-2)');
  expect(columnType(parseTypeText('numeric'), 'numeric', new Set())).toBe('numeric');
});
