/**
 * Decides what is changed in the client library's network layer, once, when it is loaded: mistakes that lose
 * requests or shift answers, and habits that cost time. `kafkajs-internals.test.ts` fails if the library is not the version known.
 */
import { createRequire } from 'node:module';
import type net from 'node:net';
import kafkajs from 'kafkajs';

const requireHere = createRequire(import.meta.url);
/** Read into one buffer per connection; what belongs to an answer is copied to where it stays. */
const READ_BUFFER_BYTES = 256 * 1024;
const SIZE_BYTES = 4;
/** No answer is larger: a fetch is limited to 32 MiB. A TLS alert, read as a size, is 336 MiB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface LibraryConnection {
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  authHandlers: object | null;
  socket: net.Socket | undefined;
  connectionTimeout: number;
  connect(): Promise<boolean>;
  processData(bytes: Buffer): void;
}

const Connection: { prototype: LibraryConnection } = requireHere('kafkajs/src/network/connection');
interface LibraryRequestQueue {
  pending: unknown[];
  inflight: Map<number, unknown>;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
  rejectAll(error: Error): void;
}

const RequestQueue: { prototype: LibraryRequestQueue } = requireHere('kafkajs/src/network/requestQueue');

/** An answer that is arriving. */
interface Frame {
  bytes: Buffer;
  filled: number;
}

const frames = new WeakMap<LibraryConnection, Frame>();
const connecting = new WeakMap<LibraryConnection, Promise<boolean>>();

/**
 * Two that ask one connection to connect at once would each get a socket, and one of the two would be forgotten: they share
 * one try. And half an answer from before must not become the beginning of the next one.
 */
const connectOnce = Connection.prototype.connect;
Connection.prototype.connect = function (this: LibraryConnection) {
  let attempt = connecting.get(this);
  if (attempt === undefined) {
    const connected = (this as unknown as { isConnected(): boolean }).isConnected();
    if (!connected) {
      frames.delete(this);
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = SIZE_BYTES;
    }
    attempt = withTimeout(this, connectOnce.call(this)).finally(() => connecting.delete(this));
    connecting.set(this, attempt);
  }
  return attempt;
};

/** A try that the library forgets to settle (the peer hangs up before the connection stands) must not be shared for ever. */
async function withTimeout(connection: LibraryConnection, attempt: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.socket?.destroy();
      reject(new kafkajs.KafkaJSConnectionError('Connection attempt did not end'));
    }, connection.connectionTimeout + 1000);
  });
  try {
    return await Promise.race([attempt, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The library joins chunks and keeps them all; here an answer gets its one buffer as soon as its size is known. */
const processWhole = Connection.prototype.processData;
Connection.prototype.processData = function (this: LibraryConnection, bytes: Buffer) {
  if (this.authHandlers !== null) {
    // Signing in: few bytes, and their framing is not always Kafka's.
    processWhole.call(this, Buffer.from(bytes));
    return;
  }
  let at = 0;
  while (at < bytes.length) {
    let frame = frames.get(this);
    if (frame === undefined) {
      frame = { bytes: Buffer.allocUnsafe(SIZE_BYTES), filled: 0 };
      frames.set(this, frame);
    }
    const taken = bytes.copy(frame.bytes, frame.filled, at, at + frame.bytes.length - frame.filled);
    frame.filled += taken;
    at += taken;
    if (frame.filled < frame.bytes.length) return;
    if (frame.bytes.length === SIZE_BYTES) {
      const size = frame.bytes.readInt32BE(0);
      if (size < 0 || size > MAX_ANSWER_BYTES) {
        frames.delete(this);
        this.socket?.destroy(new Error('the answer is not of Kafka: perhaps this listener expects TLS'));
        return;
      }
      const whole = Buffer.allocUnsafeSlow(SIZE_BYTES + size);
      frame.bytes.copy(whole);
      frames.set(this, { bytes: whole, filled: SIZE_BYTES });
      continue;
    }
    frames.delete(this);
    // The library keeps an empty rest of the answer before; with it, it would join two buffers again.
    this.chunks = [];
    this.bytesBuffered = 0;
    processWhole.call(this, frame.bytes);
  }
};

/**
 * The library starts a timer of a negative time after every answer, though nothing is waiting: a warning of the process, and
 * work for nothing. Only a queue that holds something needs to be looked at again.
 */
const scheduleCheck = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: { pending: unknown[] }) {
  if (this.pending.length > 0) scheduleCheck.call(this);
};

/** The library stops watching time-outs when a connection ends; a request that is still in its queue then would wait for ever. */
const destroyQueue = RequestQueue.prototype.destroy;
RequestQueue.prototype.destroy = function (this: LibraryRequestQueue) {
  destroyQueue.call(this);
  if (this.inflight.size > 0 || this.pending.length > 0) {
    this.rejectAll(new kafkajs.KafkaJSConnectionError('The connection has ended'));
  }
};

/** For a plain socket: all that arrives is read into one buffer, and offered as 'data' before it is overwritten. */
export function readIntoOneBuffer(socketOf: () => net.Socket): net.OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
    callback: (length, buffer) => {
      socketOf().emit('data', Buffer.from(buffer.buffer, buffer.byteOffset, length));
      return true;
    },
  };
}
