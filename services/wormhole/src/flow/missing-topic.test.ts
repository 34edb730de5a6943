import { expect, test } from 'vitest';
import { missingTopic, nearestOwnTopic } from './missing-topic.ts';

const OWN = 'own';
const OWNERS: Record<string, string> = {
  'postgresql.epq': 'another',
  'postgresql.erp': OWN,
  'mysql.epr2': OWN,
};
const owners = { ownerOf: async (topic: string) => OWNERS[topic] ?? null };

test('the field that was written is the one to correct', () => {
  const namespace = 'postgresql.epr.public.*.*.*.*';
  expect(missingTopic({ namespace, topic: 'postgresql.epr' }, 'postgresql.erp').next).toBe(
    'Did you mean postgresql.erp? Register its source in DBus, or correct source.namespace; the flow starts when the topic is there.',
  );
  expect(missingTopic({ namespace, topic: 'orders' }, undefined).next).toBe(
    'Register its source in DBus, or correct source.topic; the flow starts when the topic is there.',
  );
});

test('the nearest topic is told only to those whose it is', async () => {
  const near = (topic: string) => nearestOwnTopic(topic, Object.keys(OWNERS), OWN, owners);
  // `epq` is as near, and comes first.
  expect(await near('postgresql.epr')).toBe('postgresql.erp');
  expect(await nearestOwnTopic('postgresql.epr', ['postgresql.epq'], OWN, owners)).toBeUndefined();
  expect(await near('postgresql.warehouse')).toBeUndefined();
  expect(await nearestOwnTopic('ordres', ['orders'], OWN, { ownerOf: async () => OWN })).toBe('orders');
  const away = { ownerOf: () => Promise.reject(new Error('DBus is away')) };
  expect(await nearestOwnTopic('postgresql.epr', Object.keys(OWNERS), OWN, away)).toBeUndefined();
});
