/** Proves that SASL and TLS options reach a real listener that asks for both, and that a wrong one is said as such. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCertificate } from '@rtdp/testing/certificate';
import { uniqueName } from '@rtdp/testing/names';
import { type OwnKafka, ownKafka } from '@rtdp/testing/own-kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BusOptions } from './bus.ts';
import { connectBus } from './connect.ts';

let folder: string;
let certificate: string;
let kafka: OwnKafka;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtdp-sign-in-'));
  const { store, password, pem } = await testCertificate(folder);
  certificate = pem;
  const plainLogin =
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="b" user_broker="b" user_rtdp="secret";';
  kafka = await ownKafka({
    properties: {
      'listener.security.protocol.map': 'PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': plainLogin,
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.location': store,
      'ssl.keystore.password': password,
      'ssl.truststore.type': 'PKCS12',
      'ssl.truststore.location': store,
      'ssl.truststore.password': password,
    },
  });
});

afterAll(async () => {
  await kafka?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function options(more: Partial<BusOptions> = {}): BusOptions {
  return {
    brokers: kafka.brokers,
    clientId: 'sign-in-test',
    ssl: { ca: certificate },
    sasl: { mechanism: 'plain', username: 'rtdp', password: 'secret' },
    ...more,
  };
}

test('everything works over SASL and TLS', async () => {
  const bus = connectBus(options());
  const topic = uniqueName('signed');
  await bus.admin().ensureTopic({ topic, partitions: 1 });
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('signed') });
  await producer.start();
  const transaction = await producer.begin();
  await transaction.send(topic, [{ partition: 0, key: 'a', value: Buffer.from('hello') }]);
  await transaction.commit();
  // Waits until the commit's markers are written.
  await producer.start();
  expect(await bus.readCompacted(topic)).toEqual(new Map([['a', Buffer.from('hello')]]));
  let seen = '';
  let told: () => void;
  const told$ = new Promise<void>((resolve) => {
    told = resolve;
  });
  const consumer = bus.consumer({
    groupId: uniqueName('signed'),
    topics: [topic],
    startOffset: async () => 'earliest',
    onBatch: async ({ messages }) => {
      seen = String(messages[0]?.value);
      told();
    },
    onError: (error) => {
      throw error;
    },
  });
  await consumer.start();
  await told$;
  expect(seen).toBe('hello');
  await bus.close();
});

test.each([
  ['a wrong password', { sasl: { mechanism: 'plain', username: 'rtdp', password: 'guessed' } }],
  [
    'a mechanism the broker does not offer',
    { sasl: { mechanism: 'scram-sha-256', username: 'rtdp', password: 'secret' } },
  ],
  ['a certificate nobody vouches for', { ssl: true }],
] satisfies [string, Partial<BusOptions>][])('%s is BUS_AUTHENTICATION', async (_, more) => {
  const bus = connectBus(options(more));
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('wrong') });
  await expect(producer.start()).rejects.toMatchObject({ code: 'BUS_AUTHENTICATION' });
  await expect(bus.admin().listTopics()).rejects.toMatchObject({ code: 'BUS_AUTHENTICATION' });
  await expect(bus.readCompacted('any')).rejects.toMatchObject({ code: 'BUS_AUTHENTICATION' });
  await bus.close();
});

test('no TLS where the broker speaks it is an error within the time-out, not a wait for ever', async () => {
  const { ssl: _, ...plain } = options();
  const bus = connectBus({ ...plain, connectionTimeoutMs: 1000, requestTimeoutMs: 2000 });
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('plain') });
  await expect(producer.start()).rejects.toMatchObject({
    code: expect.stringMatching(/^BUS_(UNREACHABLE|REQUEST_TIMED_OUT)$/),
  });
  await bus.close();
});
