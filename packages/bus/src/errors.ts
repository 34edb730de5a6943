/** Decides which error of the platform each error of the Kafka client and of the brokers becomes, and what to do next. */
import { RtdpError } from '@rtdp/ums/error';
import type { BusErrorCode } from './error-codes.ts';
import { errorTypeOfSentence } from './kafkajs-internals.ts';

export interface BusErrorDetails {
  message: string;
  next: string;
  facts?: Record<string, unknown>;
  cause?: unknown;
}

export function busError(code: BusErrorCode, details: BusErrorDetails): RtdpError {
  return new RtdpError({ code, ...details });
}

/** A position that is not in its partition: for whoever reads it, the end of reading until somebody decides. */
export function offsetOutOfRange(at: { topic: string; partition: number; offset: bigint }): RtdpError {
  const { topic, partition, offset } = at;
  return busError('BUS_OFFSET_OUT_OF_RANGE', {
    message: `Offset ${offset} of ${topic}/${partition} is not there any more, or not yet.`,
    next: 'Retention has deleted the position, or the topic was made anew. Seek to an offset knowingly, or pull the tables again.',
    facts: { topic, partition, offset },
  });
}

/** What a caller was doing when Kafka refused: it makes the sentence, and the facts. */
export interface ErrorContext {
  doing: string;
  facts?: Record<string, unknown>;
}

interface ClientError extends Error {
  type?: string;
  code?: string | number;
  retriable?: boolean;
  broker?: string;
  errors?: unknown[];
}

/** Kafka's own error names → our code and the next step. */
const BY_TYPE: Record<string, [BusErrorCode, string]> = {
  INVALID_PRODUCER_EPOCH: [
    'BUS_FENCED',
    'Another process has started with the same transactional id. Stop this one; only one may write.',
  ],
  PRODUCER_FENCED: [
    'BUS_FENCED',
    'Another process has started with the same transactional id. Stop this one; only one may write.',
  ],
  TRANSACTION_ABORTABLE: ['BUS_TRANSACTION_STATE', 'Abort the transaction and begin another.'],
  TRANSACTION_COORDINATOR_FENCED: [
    'BUS_FENCED',
    'The transaction coordinator has moved. Start the producer again and read the position from Kafka.',
  ],
  INVALID_TXN_STATE: ['BUS_TRANSACTION_STATE', 'Abort, start the producer again and read the position from Kafka.'],
  INVALID_PRODUCER_ID_MAPPING: [
    'BUS_TRANSACTION_STATE',
    'The broker has forgotten this producer (transactional.id.expiration.ms). Start the producer again.',
  ],
  UNKNOWN_PRODUCER_ID: ['BUS_TRANSACTION_STATE', 'The broker has forgotten this producer. Start the producer again.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [
    'BUS_TRANSACTION_STATE',
    'The broker misses an earlier message of this producer. Abort, start the producer again and read the position from Kafka.',
  ],
  INVALID_TRANSACTION_TIMEOUT: [
    'BUS_TRANSACTION_STATE',
    "Choose a transactionTimeoutMs at or below the broker's transaction.max.timeout.ms.",
  ],
  MESSAGE_TOO_LARGE: [
    'BUS_MESSAGE_TOO_LARGE',
    'Send smaller messages, or raise max.message.bytes of the topic (and message.max.bytes of the broker).',
  ],
  RECORD_LIST_TOO_LARGE: [
    'BUS_MESSAGE_TOO_LARGE',
    'Send smaller messages, or raise max.message.bytes and segment.bytes of the topic.',
  ],
  OFFSET_OUT_OF_RANGE: ['BUS_OFFSET_OUT_OF_RANGE', 'Decide where to read on: nothing is skipped by itself.'],
  UNKNOWN_TOPIC_OR_PARTITION: ['BUS_TOPIC_MISSING', 'Create the topic first (ensureTopic), or correct its name.'],
  INVALID_TOPIC_EXCEPTION: [
    'BUS_TOPIC_INVALID',
    'Use at most 249 letters, digits, dots, underscores and hyphens in a topic name.',
  ],
  INVALID_CONFIG: ['BUS_TOPIC_INVALID', "Correct the topic's settings."],
  INVALID_PARTITIONS: ['BUS_TOPIC_INVALID', 'Ask for at least one partition.'],
  INVALID_REPLICATION_FACTOR: [
    'BUS_TOPIC_INVALID',
    'Choose a replication factor no greater than the number of brokers.',
  ],
  POLICY_VIOLATION: ['BUS_TOPIC_INVALID', "Change the topic so that it follows the cluster's policy."],
  TOPIC_AUTHORIZATION_FAILED: ['BUS_AUTHORIZATION', 'Grant this user the operation on the topic.'],
  GROUP_AUTHORIZATION_FAILED: ['BUS_AUTHORIZATION', 'Grant this user READ on the consumer group.'],
  CLUSTER_AUTHORIZATION_FAILED: ['BUS_AUTHORIZATION', 'Grant this user the operation on the cluster.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['BUS_AUTHORIZATION', 'Grant this user WRITE on the transactional id.'],
  SASL_AUTHENTICATION_FAILED: ['BUS_AUTHENTICATION', 'Correct the SASL user name or password.'],
  UNSUPPORTED_SASL_MECHANISM: ['BUS_AUTHENTICATION', 'Choose a SASL mechanism that the broker offers.'],
  ILLEGAL_SASL_STATE: ['BUS_AUTHENTICATION', 'Check that this listener of the broker expects SASL.'],
  REQUEST_TIMED_OUT: ['BUS_REQUEST_TIMED_OUT', "Look at the brokers' load and at the network, then try again."],
  CORRUPT_MESSAGE: ['BUS_CORRUPT_DATA', 'Send again; if it repeats, look for a faulty network path.'],
};

/** The client's error classes → our code and the next step, where the brokers said nothing. */
const BY_NAME: Record<string, [BusErrorCode, string]> = {
  KafkaJSConnectionError: [
    'BUS_UNREACHABLE',
    'Check that a broker listens at this address and that the network lets us through.',
  ],
  KafkaJSConnectionClosedError: [
    'BUS_UNREACHABLE',
    'The broker closed the connection: it is restarting, or it expects TLS or SASL here.',
  ],
  KafkaJSBrokerNotFound: ['BUS_UNREACHABLE', 'Check that all brokers of the cluster are running and reachable.'],
  KafkaJSNoBrokerAvailableError: ['BUS_UNREACHABLE', 'Check that the brokers are running.'],
  KafkaJSGroupCoordinatorNotFound: [
    'BUS_UNREACHABLE',
    'Check that all brokers of the cluster are running and reachable.',
  ],
  KafkaJSLockTimeout: ['BUS_UNREACHABLE', 'Check that the brokers are running and reachable.'],
  KafkaJSRequestTimeoutError: [
    'BUS_REQUEST_TIMED_OUT',
    "Look at the brokers' load and at the network, then try again.",
  ],
  KafkaJSTimeout: ['BUS_REQUEST_TIMED_OUT', "Look at the brokers' load and at the network, then try again."],
  KafkaJSSASLAuthenticationError: ['BUS_AUTHENTICATION', 'Correct the SASL user name, password or mechanism.'],
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Maps whatever the client library or our own requests threw; an RtdpError passes unchanged. */
export function toBusError(error: unknown, context: ErrorContext): RtdpError {
  if (error instanceof RtdpError) return error;
  const chain = causes(error);
  for (const cause of chain) {
    if (cause instanceof RtdpError) return cause;
  }
  const said = chain.map((cause) => cause.message).find((message) => message) ?? String(error);
  const details = (code: BusErrorCode, next: string, type?: string) =>
    busError(code, {
      message: `Kafka: ${context.doing} failed: ${said}`,
      next,
      facts: { ...context.facts, ...(type === undefined ? {} : { kafkaError: type }) },
      cause: error,
    });
  for (const cause of chain) {
    const known = cause.type === undefined ? undefined : BY_TYPE[cause.type];
    if (known) return details(known[0], known[1], cause.type);
    if (typeof cause.code === 'string' && TLS_CODE.test(cause.code)) {
      return details(
        'BUS_AUTHENTICATION',
        'Check the certificate authority, the certificate and the host name used for TLS.',
        cause.code,
      );
    }
  }
  for (const cause of chain) {
    const known = BY_NAME[cause.name];
    if (known) return details(known[0], known[1], cause.type ?? cause.name);
  }
  const type = chain.find((cause) => cause.type !== undefined)?.type;
  return details('BUS_KAFKA', 'Read the cause; if it names a broker setting, change it there, else report it.', type);
}

/** Kafka's own name of an error (`NOT_LEADER_OR_FOLLOWER`, …) wherever in the chain it is; undefined if it has none. */
export function kafkaErrorType(error: unknown): string | undefined {
  return typeIn(causes(error));
}

function typeIn(chain: readonly ClientError[]): string | undefined {
  const named = chain.find((cause) => cause.type !== undefined)?.type;
  const plain = chain.find(({ name }) => name === 'KafkaJSError');
  return named ?? (plain === undefined ? undefined : errorTypeOfSentence(plain.message));
}

const RECONNECT = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
]);

/** Errors that a broker mends by itself: an election, a start, a coordinator that moves. */
const TRANSIENT = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_CONTROLLER',
  'KAFKA_STORAGE_ERROR',
  'CONCURRENT_TRANSACTIONS',
  'CORRUPT_MESSAGE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
]);

/** True if trying the same again later may succeed without anybody changing anything. */
export function isTransient(error: unknown): boolean {
  if (error instanceof RtdpError) return false;
  const chain = causes(error);
  const type = typeIn(chain);
  if (type !== undefined) return TRANSIENT.has(type);
  if (chain.some((cause) => typeof cause.code === 'string' && TLS_CODE.test(cause.code))) return false;
  return chain.some((cause) => RECONNECT.has(cause.name));
}

/** True if the connection is gone, so that metadata must be read again before the next try. */
export function isConnectionLost(error: unknown): boolean {
  return causes(error).some((cause) => RECONNECT.has(cause.name));
}

function causes(error: unknown): ClientError[] {
  const chain: ClientError[] = [];
  let current: unknown = error;
  while (current instanceof Error && chain.length < 10 && !chain.includes(current)) {
    chain.push(current);
    const inner = (current as ClientError).errors?.[0];
    current = current.cause ?? inner;
  }
  return chain;
}
