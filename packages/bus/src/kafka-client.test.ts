/** Proves how the options of a connection reach the client library, and that what is missing is said at once. */
import { expect, test } from 'vitest';
import { connectBus } from './connect.ts';
import { connectionOptions } from './kafka-client.ts';

test('SASL and TLS options are passed on', () => {
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const;
  const ssl = { ca: 'PEM', cert: 'C', key: 'K', servername: 'kafka.example', rejectUnauthorized: true };
  expect(connectionOptions({ brokers: ['a:1', 'b:2'], clientId: 'c', sasl, ssl })).toMatchObject({
    brokers: ['a:1', 'b:2'],
    clientId: 'c',
    sasl,
    ssl,
  });
  expect(connectionOptions({ brokers: ['a:1'], clientId: 'c', ssl: true })).toMatchObject({ ssl: {} });
  expect(connectionOptions({ brokers: ['a:1'], clientId: 'c', ssl: false })).not.toHaveProperty('ssl');
  expect(connectionOptions({ brokers: ['a:1'], clientId: 'c' })).not.toHaveProperty('sasl');
});

test.each([[[]], [['localhost']], [['localhost:port']], [['a:1', '']]])('brokers %j are refused at once', (brokers) => {
  expect(() => connectBus({ brokers, clientId: 'c' })).toThrow(
    expect.objectContaining({ code: 'BUS_UNREACHABLE', facts: { brokers } }),
  );
});
