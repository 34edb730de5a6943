/**
 * Decides how the bytes of the log reach us: one replication connection of one session, read with back-pressure, acknowledged only
 * as far as Kafka holds. It does not decode, and it does not connect again: that is the stream's own retry.
 *
 * The library is transport only: it connects, starts the replication and ends it. Its own timer would acknowledge what was merely
 * received, its `acknowledge` adds one to the LSN (a commit record that begins right there would be skipped after a restart), and its
 * listener makes a text and an event per row; so status messages are written and copy data is read here.
 */
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import type { Client, ClientConfig, Connection } from 'pg';
import { LogicalReplicationService } from 'pg-logical-replication';
import { formatLsn } from '../../pipeline/lsn.ts';
import { ReadPause } from './wal-stream-pause.ts';

export interface WalStreamOptions {
  client: ClientConfig;
  logger: Pick<Logger, 'warn'>;
  slot: string;
  publications: readonly string[];
  /**
   * False for a database in SQL_ASCII: its server would check each text on its way into UTF-8 and end the stream, for ever,
   * at the first one that is not; so bytes are taken as they are and checked row by row.
   */
  textIsUtf8: boolean;
  /** Where the log is read from. */
  from: bigint;
  /** One message of pgoutput is `bytes[start, end)`; the bytes are gone when it returns. Must not throw. */
  onMessage: (bytes: Buffer, start: number, end: number) => void;
  /** Called once. */
  onEnd: (error: RtdpError) => void;
  /** Without a byte for this long, though the server was asked to answer, the connection counts as dead. Default 90 s. */
  silenceMs?: number;
  /** The newest LSN that Kafka holds: what is acknowledged. */
  durableLsn: () => bigint;
}

/** Microseconds from 1970 to 2000, where Postgres' clock begins. */
const EPOCH_MICROS = 946_684_800_000_000n;
const STATUS_INTERVAL_MS = 1_000;
/** Longer than wal_sender_timeout by default, within which the server itself must be able to answer. */
const SILENCE_MS = 90_000;
/** How long a server may take to end the connection. */
const GOODBYE_MS = 2_000;
const LOG_DATA = 0x77;
const LOG_DATA_HEADER = 25;
const KEEPALIVE = 0x6b;

/** What is used of the driver's connection. */
type ReplicationConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
};

export class WalStream {
  readonly #options: WalStreamOptions;
  readonly #service: LogicalReplicationService;
  readonly #pause = new ReadPause();
  #connection: ReplicationConnection | undefined;
  #holds = 0;
  #held: Buffer[] = [];
  #isThrottled = false;
  #pauseTimer: NodeJS.Timeout | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  #acknowledged = 0n;
  #isEnded = false;
  /** When bytes came last, or reading began again; milliseconds, monotonic. */
  #heardAt = 0;
  /** End of the server's log as it last told. */
  serverLsn = 0n;

  constructor(options: WalStreamOptions) {
    this.#options = options;
    // Flow control of the library would await a promise per row; this stream pauses the socket itself.
    this.#service = new LogicalReplicationService(options.client, {
      acknowledge: { auto: false, timeoutSeconds: 0 },
      flowControl: { enabled: false },
    });
  }

  /** Resolves when the server has begun to send. Rejects with DBUS_SLOT_IN_USE, DBUS_SLOT_LOST or DBUS_LOG_DISCONNECTED. */
  async start(): Promise<void> {
    const { slot, publications, textIsUtf8, from } = this.#options;
    const plugin = new RawPlugin(publications, textIsUtf8, {
      onClient: (client) => this.#attach(client),
    });
    this.#service.on('error', (error: Error) => this.#end(error));
    const started = new Promise<void>((resolve) => this.#service.on('start', () => resolve()));
    const ended = this.#service.subscribe(plugin, slot, formatLsn(from)).then(
      () => new Error('the server ended the stream'),
      (error: unknown) => error,
    );
    void ended.then((error) => this.#end(error));
    const first = await Promise.race([started, ended]);
    if (first !== undefined) {
      await this.stop();
      throw connectionError(first, slot);
    }
    this.#heardAt = performance.now();
    this.#statusTimer = setInterval(() => this.#tick(), STATUS_INTERVAL_MS);
  }

  /** Messages after this one wait until `work` is done. */
  hold(work: Promise<void>): void {
    this.#holds++;
    this.#applyPause();
    work.then(
      () => this.#releaseHold(),
      (error: unknown) => this.#end(error),
    );
  }

  /** Reads on only while this is false. */
  throttle(isThrottled: boolean): void {
    if (this.#isThrottled === isThrottled) return;
    this.#isThrottled = isThrottled;
    this.#applyPause();
  }

  /** Tells the server what Kafka holds. Cheap: at most one status message per call, none if nothing changed. */
  acknowledge(): void {
    if (this.#options.durableLsn() > this.#acknowledged) this.#sendStatus(false);
  }

  /** Resolves when the server has let go of the slot, or has not answered for a while. */
  async stop(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#pauseTimer);
    clearInterval(this.#statusTimer);
    this.#held = [];
    const connection = this.#connection;
    const deadline = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
    if (connection !== undefined && !connection.stream.closed) {
      const closed = new Promise((resolve) => connection.stream.once('close', resolve));
      // A paused socket would never see the server's goodbye.
      connection.stream.resume();
      // The library would just cut the connection: the server notices that later, and the slot is taken until then.
      connection.end();
      await Promise.race([closed, deadline]);
    }
    const ended = this.#service.destroy().catch((err: unknown) => {
      // It is over in either case: the socket is destroyed below.
      this.#options.logger.warn(
        { err, slot: this.#options.slot },
        'the connection to the log could not be ended in order',
      );
    });
    await Promise.race([ended, deadline]);
    connection?.stream.destroy();
  }

  #attach(client: Client): void {
    const connection = (client as unknown as { connection: ReplicationConnection }).connection;
    this.#connection = connection;
    connection.removeAllListeners('copyData');
    connection.on('copyData', (message: { chunk: Buffer }) => this.#receive(message.chunk));
    // Registered after the driver's own listener: when it runs, the messages of this read have been handled.
    connection.stream.on('data', (chunk: Buffer) => this.#afterRead(chunk.length));
    client.on('end', () => this.#end(new Error('the connection was closed')));
  }

  /** `w`, three times eight bytes and a message of the plugin; or `k`, the server's LSN and clock, and whether it wants an answer. */
  #receive(bytes: Buffer): void {
    if (this.#isEnded) return;
    if (bytes[0] === KEEPALIVE) {
      this.serverLsn = bytes.readBigUInt64BE(1);
      if (bytes[17] !== 0) this.#sendStatus(true);
    } else if (bytes[0] !== LOG_DATA) {
      this.#end(new Error(`the server sent copy data of an unknown kind ${bytes[0]}`));
    } else if (this.#holds > 0) {
      // The driver reads into this memory again.
      this.#held.push(Buffer.from(bytes));
    } else {
      this.#options.onMessage(bytes, LOG_DATA_HEADER, bytes.length);
    }
  }

  #releaseHold(): void {
    this.#holds--;
    if (this.#holds > 0 || this.#isEnded) return;
    const held = this.#held;
    let index = 0;
    for (; index < held.length && this.#holds === 0; index++) {
      const bytes = held[index]!;
      this.#options.onMessage(bytes, LOG_DATA_HEADER, bytes.length);
    }
    this.#held = held.slice(index);
    this.#applyPause();
  }

  /** Tells the server how far Kafka is; one that has been silent for a while is asked to answer. */
  #tick(): void {
    const limit = this.#options.silenceMs ?? SILENCE_MS;
    // While nothing is read, nothing can be heard.
    if (this.#isBlocked()) this.#heardAt = performance.now();
    const silent = performance.now() - this.#heardAt;
    if (silent > limit) this.#end(new Error(`the server has been silent for ${Math.round(silent / 1000)} s`));
    else this.#sendStatus(false, silent > limit / 4);
  }

  #afterRead(bytes: number): void {
    this.#heardAt = performance.now();
    if (this.#isEnded || this.#pauseTimer !== undefined || this.#isBlocked()) return;
    const millis = this.#pause.after(bytes, performance.now());
    if (millis === 0) return;
    this.#connection?.stream.pause();
    this.#pauseTimer = setTimeout(() => {
      this.#pauseTimer = undefined;
      this.#applyPause();
    }, millis);
  }

  #isBlocked(): boolean {
    return this.#holds > 0 || this.#isThrottled;
  }

  #applyPause(): void {
    const stream = this.#connection?.stream;
    if (stream === undefined || this.#isEnded) return;
    if (this.#isBlocked()) stream.pause();
    else if (this.#pauseTimer === undefined) stream.resume();
  }

  #sendStatus(isReply: boolean, wantsAnswer = false): void {
    const lsn = this.#options.durableLsn();
    if (this.#connection === undefined || this.#isEnded || (!isReply && lsn < this.#acknowledged)) return;
    this.#acknowledged = lsn;
    const status = Buffer.alloc(34);
    status[0] = 0x72; // r
    status.writeBigUInt64BE(lsn, 1); // written
    status.writeBigUInt64BE(lsn, 9); // flushed: what the slot may forget
    status.writeBigUInt64BE(lsn, 17); // applied
    status.writeBigInt64BE(BigInt(Date.now()) * 1000n - EPOCH_MICROS, 25);
    status[33] = wantsAnswer ? 1 : 0;
    this.#connection.sendCopyFromChunk(status);
  }

  #end(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#pauseTimer);
    clearInterval(this.#statusTimer);
    this.#options.onEnd(connectionError(error, this.#options.slot));
  }
}

/** Starts the replication; decoding is none of its business. */
class RawPlugin {
  readonly options = {};
  readonly name = 'pgoutput';
  readonly #publications: readonly string[];
  readonly #textIsUtf8: boolean;
  readonly #hooks: { onClient: (client: Client) => void };

  constructor(publications: readonly string[], textIsUtf8: boolean, hooks: { onClient: (client: Client) => void }) {
    this.#publications = publications;
    this.#textIsUtf8 = textIsUtf8;
    this.#hooks = hooks;
  }

  /** Never called: the stream reads copy data itself. */
  parse(): undefined {
    return undefined;
  }

  async start(client: Client, slotName: string, lastLsn: string): Promise<unknown> {
    if (!this.#textIsUtf8) await client.query(`set client_encoding to 'SQL_ASCII'`);
    this.#hooks.onClient(client);
    const names = this.#publications.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    return client.query(
      `START_REPLICATION SLOT "${slotName}" LOGICAL ${lastLsn} (proto_version '1', publication_names '${names.replaceAll("'", "''")}')`,
    );
  }
}

function connectionError(error: unknown, slot: string): RtdpError {
  if (error instanceof RtdpError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const state = (error as { code?: unknown } | null)?.code;
  const facts = { slot, state: typeof state === 'string' ? state : undefined };
  if (state === '55006') {
    return new RtdpError({
      code: 'DBUS_SLOT_IN_USE',
      message: `The slot ${slot} is read by another connection: ${message}.`,
      next: 'It is tried again; if it stays so, end the other reader (pg_stat_replication shows it).',
      facts,
      cause: error,
    });
  }
  if (state === '42704' || (state === '55000' && /can no longer|invalidated|cannot be used|exceeds/i.test(message))) {
    return new RtdpError({
      code: 'DBUS_SLOT_LOST',
      message: `The slot ${slot} is lost: ${message}.`,
      next: 'Stop the source, remove and register it again (or make the slot anew), and pull its tables: what was written since is not in the stream.',
      facts,
      cause: error,
    });
  }
  return new RtdpError({
    code: 'DBUS_LOG_DISCONNECTED',
    message: `The connection to the log of the source ended: ${message}.`,
    next: 'It is made again by itself; if it stays so, check that Postgres runs and may be reached.',
    facts,
    cause: error,
  });
}
