/**
 * Decides which inner parts of the Kafka client library are used, and under which types. The library is pinned to one
 * exact version; `kafkajs-internals.test.ts` fails by name if a part is gone.
 *
 * Ours: record batches, produce, fetch, transactions. The library's: connections, SASL, TLS, metadata, group membership, admin.
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

const requireHere = createRequire(import.meta.url);

export interface KafkaLogger {
  info(message: string, extra?: object): void;
  warn(message: string, extra?: object): void;
  error(message: string, extra?: object): void;
  debug(message: string, extra?: object): void;
  namespace(name: string): KafkaLogger;
}

export interface Connection {
  socket: Socket;
  clientId: string;
  isConnected(): boolean;
  isAuthenticated(): boolean;
  authenticate(): Promise<void>;
  nextCorrelationId(): number;
  requestQueue: {
    push(request: {
      entry: {
        apiKey: number;
        apiName: string;
        apiVersion: number;
        correlationId: number;
        resolve(answer: { payload: Buffer }): void;
        reject(error: Error): void;
      };
      expectResponse: boolean;
      requestTimeout: number | null;
      sendRequest(): void;
    }): void;
    maybeThrottle(milliseconds: number): void;
  };
}

export interface Broker {
  nodeId: number;
  connectionPool: { host: string; port: number; getConnection(index: number): Promise<Connection> };
  isConnected(): boolean;
  disconnect(): Promise<void>;
  initProducerId(o: {
    transactionalId?: string;
    transactionTimeout?: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(o: {
    transactionalId: string;
    producerId: string;
    producerEpoch: number;
    topics: { topic: string; partitions: number[] }[];
  }): Promise<unknown>;
  endTxn(o: {
    transactionalId: string;
    producerId: string;
    producerEpoch: number;
    transactionResult: boolean;
  }): Promise<unknown>;
  offsetCommit(o: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }): Promise<unknown>;
}

export interface PartitionMetadata {
  partitionId: number;
  leader: number;
  partitionErrorCode: number;
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  removeBroker(destination: { host: string; port: number }): void;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findBroker(o: { nodeId: number | string }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  findGroupCoordinator(o: { groupId: string; coordinatorType: 0 | 1 }): Promise<Broker>;
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

export interface ConsumerGroup {
  generationId: number | null;
  memberId: string | null;
  coordinator: Broker | null;
  connect(): Promise<void>;
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
  assigned(): { topic: string; partitions: number[] }[];
  heartbeat(o: { interval: number }): Promise<void>;
}

type ClusterConstructor = new (options: object) => Cluster;
type ConsumerGroupConstructor = new (options: object) => ConsumerGroup;
type AssignerFactory = (o: { groupId: string; logger: KafkaLogger; cluster: Cluster }) => object;

export const ClusterClass: ClusterConstructor = requireHere('kafkajs/src/cluster');
export const ConsumerGroupClass: ConsumerGroupConstructor = requireHere('kafkajs/src/consumer/consumerGroup');
export const roundRobinAssigner: AssignerFactory = requireHere('kafkajs/src/consumer/assigners/roundRobinAssigner');
export const InstrumentationEventEmitter: new () => object = requireHere('kafkajs/src/instrumentation/emitter');
export const createKafkaLogger: (o: { level: number; logCreator: unknown }) => KafkaLogger =
  requireHere('kafkajs/src/loggers').createLogger;
export type ProtocolError = Error & { type: string; code: number; retriable: boolean };
const libraryError: (code: number) => ProtocolError = requireHere('kafkajs/src/protocol/error').createErrorFromCode;
const LIBRARY_CODES: readonly { type: string; message: string }[] =
  requireHere('kafkajs/src/protocol/error').errorCodes;
const LibraryProtocolError: new (o: object) => ProtocolError = requireHere('kafkajs/src/errors').KafkaJSProtocolError;
/** Errors of the protocol that are younger than the library. */
const YOUNGER: Record<number, [string, string]> = {
  90: ['PRODUCER_FENCED', 'There is a newer producer with the same transactional id'],
  120: ['TRANSACTION_ABORTABLE', 'The transaction has to be aborted'],
};

/** Error with a `type`, a `code` and `retriable` for an error code of the protocol. */
export function errorFromCode(code: number): ProtocolError {
  const younger = YOUNGER[code];
  if (younger === undefined) return libraryError(code);
  return new LibraryProtocolError({ type: younger[0], code, retriable: false, message: younger[1] });
}

const TYPE_OF_SENTENCE = new Map(LIBRARY_CODES.map(({ type, message }) => [message, type]));

/** The name of an error that the library wrapped without it: while joining a group, all that is left is the sentence. */
export function errorTypeOfSentence(sentence: string): string | undefined {
  return TYPE_OF_SENTENCE.get(sentence);
}
