/** Shows that the brokers given to tests answer, and that a private one survives being killed. */
import { acceptsConnection } from '@rtdp/local/ports';
import { expect, test } from 'vitest';
import { testKafka } from './kafka.ts';
import { ownKafka } from './own-kafka.ts';

function portOf(broker: string | undefined): number {
  return Number(broker?.split(':')[1]);
}

test('the shared broker listens', async () => {
  const { brokers } = await testKafka();
  expect(await acceptsConnection(portOf(brokers[0]))).toBe(true);
});

test('a private broker is gone when killed and there again when restarted, on the same port', async () => {
  await using kafka = await ownKafka();
  const port = portOf(kafka.brokers[0]);
  const firstPid = kafka.pid;
  await kafka.kill();
  expect(kafka.pid).toBeUndefined();
  expect(await acceptsConnection(port)).toBe(false);
  await kafka.restart();
  expect(kafka.pid).not.toBe(firstPid);
  expect(await acceptsConnection(port)).toBe(true);
});
