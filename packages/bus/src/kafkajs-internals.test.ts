/** Fails by name when a part of the client library that we use is no longer what we know. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { ClusterClass, ConsumerGroupClass } from './kafkajs-internals.ts';

const requireHere = createRequire(import.meta.url);

test('the library is the version whose inner parts are used: after a change of version, read kafkajs-internals.ts again', () => {
  expect(requireHere('kafkajs/package.json').version).toBe('2.2.4');
});

test.each([
  [
    ClusterClass,
    [
      'connect',
      'disconnect',
      'isConnected',
      'removeBroker',
      'refreshMetadata',
      'refreshMetadataIfNecessary',
      'addMultipleTargetTopics',
      'findBroker',
      'findControllerBroker',
      'findTopicPartitionMetadata',
      'findGroupCoordinator',
      'fetchTopicsOffset',
    ],
  ],
  [ConsumerGroupClass, ['connect', 'joinAndSync', 'leave', 'assigned', 'heartbeat']],
] as const)('$0 has the methods we call', (part, methods) => {
  for (const method of methods) expect(part.prototype, method).toHaveProperty(method, expect.any(Function));
});

test('a connection and a broker have the methods we call', () => {
  const connection = requireHere('kafkajs/src/network/connection').prototype;
  for (const method of ['connect', 'isConnected', 'isAuthenticated', 'authenticate', 'nextCorrelationId']) {
    expect(connection, method).toHaveProperty(method, expect.any(Function));
  }
  const broker = requireHere('kafkajs/src/broker').prototype;
  for (const method of [
    'initProducerId',
    'addPartitionsToTxn',
    'endTxn',
    'offsetCommit',
    'isConnected',
    'disconnect',
  ]) {
    expect(broker, method).toHaveProperty(method, expect.any(Function));
  }
  const queue = requireHere('kafkajs/src/network/requestQueue').prototype;
  for (const method of ['push', 'scheduleCheckPendingRequests'])
    expect(queue, method).toHaveProperty(method, expect.any(Function));
});
