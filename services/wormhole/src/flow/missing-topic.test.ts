import { expect, test } from 'vitest';
import { MeantTopic, missingTopic, nearestOwnTopic } from './missing-topic.ts';

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
    'Did you mean postgresql.erp? Register its source in DBus, or correct source.namespace; the flow starts when the topic is there. A source may write to a topic of another name: source.topic then names it.',
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
});

test('a DBus that could not be asked is asked again soon, and one that answered when the topics are others', async () => {
  let isAway = true;
  let asked = 0;
  let now = 0;
  const ownerOf = async (topic: string) => {
    asked++;
    if (isAway) throw new Error('DBus is away');
    return owners.ownerOf(topic);
  };
  const meant = new MeantTopic({ ownerOf }, () => now);
  const topics = Object.keys(OWNERS);
  const findAt = (milliseconds: number, among = topics) => {
    now = milliseconds;
    return meant.find('postgresql.epr', among, OWN);
  };
  expect([await findAt(0), await findAt(1_000), await findAt(9_000)]).toEqual([undefined, undefined, undefined]);
  expect(asked).toBe(1);
  isAway = false;
  expect(await findAt(10_000)).toBe('postgresql.erp');
  asked = 0;
  expect(await findAt(60_000)).toBe('postgresql.erp');
  expect(asked).toBe(0);
  expect(await findAt(61_000, ['postgresql.epq'])).toBeUndefined();
  expect(asked).toBe(1);
});
