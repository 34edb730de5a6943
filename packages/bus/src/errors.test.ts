/** Proves that each error of Kafka and of its client has our code, the next step, and an answer to "may it pass by itself?". */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { BUS_ERROR_CODES } from './error-codes.ts';
import { busError, isTransient, kafkaErrorType, toBusError } from './errors.ts';
import { errorFromCode } from './kafkajs-internals.ts';

const requireHere = createRequire(import.meta.url);
const errors = requireHere('kafkajs/src/errors');

test.each([
  [1, 'BUS_OFFSET_OUT_OF_RANGE', false],
  [3, 'BUS_TOPIC_MISSING', false],
  [6, 'BUS_KAFKA', true],
  [10, 'BUS_MESSAGE_TOO_LARGE', false],
  [14, 'BUS_KAFKA', true],
  [17, 'BUS_TOPIC_INVALID', false],
  [19, 'BUS_KAFKA', true],
  [29, 'BUS_AUTHORIZATION', false],
  [45, 'BUS_TRANSACTION_STATE', false],
  [47, 'BUS_FENCED', false],
  [48, 'BUS_TRANSACTION_STATE', false],
  [51, 'BUS_KAFKA', true],
  [58, 'BUS_AUTHENTICATION', false],
  [90, 'BUS_FENCED', false],
])('the error with number %i of the protocol is %s', (number, code, transient) => {
  const error = errorFromCode(number);
  for (const wrapped of [error, new errors.KafkaJSNonRetriableError(error, { cause: error })]) {
    expect(toBusError(wrapped, { doing: 'testing', facts: { topic: 't' } })).toMatchObject({
      code,
      facts: { topic: 't' },
    });
    expect(isTransient(wrapped)).toBe(transient);
  }
});

test('no broker, a lost connection and a request without an answer pass by themselves, wrong TLS does not', () => {
  const connection = new errors.KafkaJSConnectionError('Connection error: refused', { code: 'ECONNREFUSED' });
  expect(toBusError(connection, { doing: 'x' })).toMatchObject({ code: 'BUS_UNREACHABLE' });
  expect(isTransient(new errors.KafkaJSNumberOfRetriesExceeded(connection, { retryCount: 1, retryTime: 1 }))).toBe(
    true,
  );
  const late = new errors.KafkaJSRequestTimeoutError('Request timed out', {});
  expect(toBusError(late, { doing: 'x' })).toMatchObject({ code: 'BUS_REQUEST_TIMED_OUT' });
  expect(isTransient(late)).toBe(true);
  const tls = new errors.KafkaJSConnectionError('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(toBusError(tls, { doing: 'x' })).toMatchObject({ code: 'BUS_AUTHENTICATION' });
  expect(isTransient(tls)).toBe(false);
});

test("what is ours already, or is nobody's, is not changed or hidden", () => {
  const ours = busError('BUS_CLOSED', { message: 'm', next: 'n' });
  expect(toBusError(ours, { doing: 'x' })).toBe(ours);
  expect(isTransient(ours)).toBe(false);
  const foreign = new TypeError('a bug');
  const mapped = toBusError(foreign, { doing: 'x' });
  expect(mapped).toBeInstanceOf(RtdpError);
  expect(mapped).toMatchObject({ code: 'BUS_KAFKA', cause: foreign });
  expect(isTransient(foreign)).toBe(false);
  expect(kafkaErrorType(foreign)).toBeUndefined();
});

test('the documented codes and the codes that the package raises are the same', () => {
  const folder = new URL('.', import.meta.url);
  const raised = new Set<string>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ts') || file.includes('.test.') || file === 'error-codes.ts') continue;
    for (const [code] of readFileSync(new URL(file, folder), 'utf8').matchAll(/(?<=')BUS_[A-Z_]+(?=')/g))
      raised.add(code);
  }
  expect([...raised].sort()).toEqual(Object.keys(BUS_ERROR_CODES).sort());
});

test.each(['NOT_COORDINATOR_FOR_GROUP', 'REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])(
  '%s is known by its sentence where the client has lost its name: joining a group wraps it again and again',
  async (type) => {
    const { errorCodes } = requireHere('kafkajs/src/protocol/error');
    const of = errorCodes.find((each: { type: string }) => each.type === type);
    const join = requireHere('kafkajs/src/retry')({ initialRetryTime: 1, retries: 2 });
    const failed = await join(async () => {
      throw new errors.KafkaJSError(new errors.KafkaJSProtocolError(of));
    }).catch((error: unknown) => error);
    expect(kafkaErrorType(failed)).toBe(type);
    expect(kafkaErrorType(new Error(of.message))).toBeUndefined();
  },
);
