import { expect, it } from 'vitest';
import { formatKafkaKey, parseKafkaKey } from './kafka-key.ts';
import { parseNamespace } from './namespace.ts';

const namespace = parseNamespace('postgresql.shop.public.%4frders.1.0.0');

it('has ten parts and comes back', () => {
  const key = { kind: 'data_increment_data', namespace, epochMillis: 1_750_000_000_000, instance: 'node-1.local' };
  const text = formatKafkaKey(key);
  expect(text).toBe(
    'data_increment_data.postgresql.shop.public.%4frders.1.0.0.1750000000000|node-1%2elocal.wh_placeholder',
  );
  expect(text.split('.')).toHaveLength(10);
  expect(parseKafkaKey(text)).toEqual(key);
});

it('reads the key of an original writer', () => {
  const key = parseKafkaKey('data_increment_data.oracle.db.HR.EMP.5.0.0.1481245701166.wh_placeholder');
  expect(key).toMatchObject({ epochMillis: 1481245701166, instance: '', namespace: { table: 'emp', version: '5' } });
});

it.each([
  '',
  'data_increment_data',
  'k.postgresql.shop.public.t.1.0.0.x|i.wh_placeholder',
  'k.p.s.p.t.1.0.0.5|.wh_placeholder',
])('refuses %j', (text) => {
  expect(() => parseKafkaKey(text)).toThrow(/does not have the form/);
});
