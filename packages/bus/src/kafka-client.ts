/**
 * Decides how we reach the brokers: one set of connection options, clusters made from it, and raw requests for the two
 * hot paths that leave in one system call and come back as plain bytes.
 */
import net from 'node:net';
import tls from 'node:tls';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import type { BusOptions } from './bus.ts';
import { busError } from './errors.ts';
import {
  type Broker,
  type Cluster,
  ClusterClass,
  createKafkaLogger,
  InstrumentationEventEmitter,
  type KafkaLogger,
} from './kafkajs-internals.ts';
import { readIntoOneBuffer } from './mend-client-library.ts';

const READ_COMMITTED = 1;
const METADATA_MAX_AGE_MS = 60_000;
/** Brokers change rarely; a short first pause keeps transactions quick (the library's default of 300 ms costs 70 ms each). */
const RETRY = { initialRetryTime: 5, factor: 0.2, multiplier: 2, maxRetryTime: 1000 };

/** Connections for requests and long polls are two, so that a waiting fetch never delays a heartbeat. */
export type ConnectionUse = 'requests' | 'fetches';

export interface KafkaClient {
  readonly options: BusOptions;
  readonly logger: KafkaLogger;
  /** The library's own client, for admin. */
  readonly kafka: Kafka;
  /** A new set of connections. `retries` counts the library's own tries of connecting and of metadata. */
  createCluster(retries?: number): Cluster;
}

/** Checks the options and prepares, but does not connect. */
export function createKafkaClient(options: BusOptions): KafkaClient {
  if (options.brokers.length === 0 || options.brokers.some((broker) => !/^.+:\d+$/.test(broker))) {
    throw busError('BUS_UNREACHABLE', {
      message: `"${options.brokers.join(',')}" names no broker.`,
      next: 'Give the brokers as host:port, separated by commas.',
      facts: { brokers: options.brokers },
    });
  }
  const connection = connectionOptions(options);
  const logCreator = () => forwardLog(options.logger);
  const logger = createKafkaLogger({ level: kafkajs.logLevel.INFO, logCreator });
  const kafka = new kafkajs.Kafka({
    ...connection,
    retry: { ...RETRY, retries: 6 },
    logLevel: kafkajs.logLevel.INFO,
    logCreator,
  });
  return {
    options,
    logger,
    kafka,
    createCluster: (retries = 6) =>
      new ClusterClass({
        ...connection,
        logger,
        retry: { ...RETRY, retries },
        metadataMaxAge: METADATA_MAX_AGE_MS,
        allowAutoTopicCreation: false,
        maxInFlightRequests: null,
        isolationLevel: READ_COMMITTED,
        instrumentationEmitter: new InstrumentationEventEmitter(),
      }),
  };
}

/** The options as the client library wants them; exported for its test. */
export function connectionOptions(options: BusOptions): KafkaConfig {
  return {
    brokers: options.brokers,
    clientId: options.clientId,
    connectionTimeout: options.connectionTimeoutMs ?? 3000,
    authenticationTimeout: 10_000,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    enforceRequestTimeout: true,
    socketFactory: createSocket as KafkaConfig['socketFactory'],
    ...(options.ssl ? { ssl: options.ssl === true ? {} : options.ssl } : {}),
    ...(options.sasl ? { sasl: options.sasl as SASLOptions } : {}),
  };
}

function createSocket(o: {
  host: string;
  port: number;
  ssl?: tls.ConnectionOptions;
  onConnect: () => void;
}): net.Socket {
  let socket: net.Socket;
  if (o.ssl) {
    const servername = net.isIP(o.host) ? {} : { servername: o.host };
    socket = tls.connect({ host: o.host, port: o.port, ...servername, ...o.ssl }, o.onConnect);
  } else {
    const onread = readIntoOneBuffer(() => socket);
    socket = net.connect({ host: o.host, port: o.port, onread }, o.onConnect);
  }
  // The library lets go of a dead socket once per try, and each time leaves a listener on it.
  const unref = socket.unref.bind(socket);
  socket.unref = () => (socket.destroyed ? socket : unref());
  socket.setKeepAlive(true, 60_000);
  socket.setNoDelay(true);
  return socket;
}

/** The library speaks of every lost connection as an error; for us it is a warning until a call fails. */
function forwardLog(logger: Logger | undefined) {
  return (entry: {
    level: number;
    namespace: string;
    log: { message: string; timestamp?: string; logger?: string; stack?: string };
  }) => {
    if (logger === undefined) return;
    const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...facts } = entry.log;
    const line = { kafka: entry.namespace, ...facts };
    // Refusals of a request go to whoever asked; a busy transaction coordinator refuses many times a second.
    const refusal = entry.namespace === 'Connection' && message.startsWith('Response ');
    if (!refusal && (entry.level === kafkajs.logLevel.ERROR || entry.level === kafkajs.logLevel.WARN))
      logger.warn(line, message);
    else logger.debug(line, message);
  };
}

export interface RawRequest {
  apiKey: number;
  apiName: string;
  apiVersion: number;
  body: Buffer[];
  bodyLength: number;
  /** Header version 2 with tagged fields; the answer's own tagged fields are then taken off. */
  flexible?: boolean;
  /** How long the broker may take on purpose, milliseconds; added to the usual time-out. */
  waits?: number;
}

/**
 * Sends a request (header version 1, or 2 if flexible) and resolves with the answer's body. The parts of the body go out in one write and
 * must not change before the promise settles.
 */
export async function sendRaw(
  broker: Broker,
  use: ConnectionUse,
  request: RawRequest,
  timeoutMs: number,
): Promise<Buffer> {
  const connection = await broker.connectionPool.getConnection(use === 'fetches' ? 1 : 0);
  if (!connection.isAuthenticated()) await connection.authenticate();
  const correlationId = connection.nextCorrelationId();
  const clientId = Buffer.from(connection.clientId);
  const tagged = request.flexible ? 1 : 0;
  const header = Buffer.alloc(14 + clientId.length + tagged);
  header.writeInt32BE(10 + clientId.length + tagged + request.bodyLength, 0);
  header.writeInt16BE(request.apiKey, 4);
  header.writeInt16BE(request.apiVersion, 6);
  header.writeInt32BE(correlationId, 8);
  header.writeInt16BE(clientId.length, 12);
  clientId.copy(header, 14);
  const { apiKey, apiName, apiVersion } = request;
  const patience = timeoutMs + (request.waits ?? 0);
  const answer = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    const { socket } = connection;
    if (!connection.isConnected() || socket.destroyed) {
      reject(connectionLost(broker, 'the connection is gone'));
      return;
    }
    // The library watches time-outs only while it takes the connection for open, and a socket that is destroyed in
    // between tells nobody: no request may wait for ever.
    const late = setTimeout(() => reject(connectionLost(broker, `no answer within ${patience} ms`)), patience + 1000);
    const settle =
      <Value>(done: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(late);
        done(value);
      };
    const rejectOnce = settle(reject);
    const onWritten = (error?: Error | null) => {
      if (error) rejectOnce(connectionLost(broker, error.message));
    };
    try {
      connection.requestQueue.push({
        entry: { apiKey, apiName, apiVersion, correlationId, resolve: settle(resolve), reject: rejectOnce },
        expectResponse: true,
        requestTimeout: patience,
        sendRequest: () => {
          socket.cork();
          socket.write(header, onWritten);
          for (const part of request.body) socket.write(part);
          socket.uncork();
        },
      });
    } catch (error) {
      rejectOnce(error);
    }
  });
  return request.flexible ? answer.payload.subarray(1) : answer.payload;
}

function connectionLost(broker: Broker, why: string): Error {
  const { host, port } = broker.connectionPool;
  return new kafkajs.KafkaJSConnectionError(`${host}:${port}: ${why}`, { broker: `${host}:${port}` });
}
