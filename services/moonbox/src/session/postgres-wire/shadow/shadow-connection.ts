/** Speaks the Postgres protocol to a shadow database: logs in, asks one statement at a time and hands the answer back as bytes. */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { RtdpError } from '@rtdp/ums/error';
import type { ShadowAnswer, ShadowConnection, ShadowRequest } from '../contract.ts';
import { FieldReader, type FrontendMessage, MessageCutter } from '../message-reader.ts';
import { MessageWriter } from '../message-writer.ts';
import { scramClient } from '../scram.ts';
import { CatalogError } from '../to-wire-error.ts';

export interface ShadowAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

/** A catalog is small; what is larger is no catalog query. */
const MAXIMUM_ANSWER_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

/** Always there, whatever the session asks for: so that a value has one text. */
const START_SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  application_name: 'rtdp-moonbox-shadow',
};

export async function openShadowConnection(address: ShadowAddress): Promise<OpenShadowConnection> {
  const connection = new OpenShadowConnection(address);
  await connection.open();
  return connection;
}

export class OpenShadowConnection implements ShadowConnection {
  /** Reported by the server at start. */
  readonly parameters = new Map<string, string>();
  #address: ShadowAddress;
  #socket!: Socket;
  #cutter = new MessageCutter();
  #writer = new MessageWriter();
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #processId = 0;
  #secretKey = 0;
  #applied = '';

  constructor(address: ShadowAddress) {
    this.#address = address;
  }

  get isBroken(): boolean {
    return this.#failure !== undefined;
  }

  async open(): Promise<void> {
    const { host, port, database, user } = this.#address;
    this.#socket = openSocket(host, port);
    this.#socket.on('data', (chunk) => {
      this.#cutter.push(chunk);
      this.#wake?.();
    });
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#wake?.();
    };
    this.#socket.on('error', fail);
    this.#socket.on('close', () => fail(new Error('the server closed the connection')));
    this.#socket.setTimeout(CONNECT_TIMEOUT_MS, () => this.#socket.destroy(new Error('it does not answer')));
    const start = new MessageWriter();
    start.int32(0).int32(3 << 16);
    for (const [name, value] of Object.entries({ user, database, ...START_SETTINGS })) start.text(name).text(value);
    start.byte(0);
    const bytes = start.take();
    bytes.writeInt32BE(bytes.length, 0);
    this.#socket.write(bytes);
    await this.#logIn();
    this.#socket.setTimeout(0);
  }

  async #logIn(): Promise<void> {
    const { user, password } = this.#address;
    const scram = scramClient(password);
    for (;;) {
      const { kind, body } = await this.#read();
      const fields = new FieldReader(body);
      if (kind === 0x52) {
        const step = fields.int32();
        if (step === 3) this.#send('p', (writer) => writer.text(password));
        else if (step === 5) this.#send('p', (writer) => writer.text(md5Answer(user, password, fields.bytes(4))));
        else if (step === 10) {
          const first = Buffer.from(scram.first);
          this.#send('p', (writer) => writer.text('SCRAM-SHA-256').int32(first.length).bytes(first));
        } else if (step === 11) {
          const last = Buffer.from(scram.last(fields.bytes(fields.left).toString('utf8')));
          this.#send('p', (writer) => writer.bytes(last));
        }
      } else if (kind === 0x53) this.parameters.set(fields.text(), fields.text());
      else if (kind === 0x4b) {
        this.#processId = fields.int32();
        this.#secretKey = fields.int32();
      } else if (kind === 0x45) throw new CatalogError(errorFields(body), undefined);
      else if (kind === 0x5a) return;
    }
  }

  async apply(settings: ReadonlyMap<string, string>): Promise<void> {
    const calls = [...settings].map(
      ([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`,
    );
    const sql = calls.length === 0 ? 'reset all' : `reset all; select ${calls.join(', ')}`;
    if (sql === this.#applied) return;
    this.#applied = '';
    this.#send('Q', (writer) => writer.text(sql));
    await this.#readAnswer(new AbortController().signal);
    this.#applied = sql;
  }

  /** The next `apply` starts anew. */
  forgetSettings(): void {
    this.#applied = '';
  }

  /** @throws CatalogError what the server says; RtdpError WIRE_CATALOG_TIME_LIMIT, WIRE_CATALOG_LIMIT, WIRE_CATALOG_UNAVAILABLE, WIRE_CANCELLED */
  async ask(request: ShadowRequest): Promise<ShadowAnswer> {
    const { execute } = request;
    this.#send('P', (writer) => {
      writer.text('').text(request.sql).int16(request.parameterTypes.length);
      for (const oid of request.parameterTypes) writer.int32(oid);
    });
    if (execute === undefined) this.#send('D', (writer) => writer.byte(0x53).text(''));
    else {
      this.#send('B', (writer) => {
        writer.text('').text('').int16(execute.parameterFormats.length);
        for (const format of execute.parameterFormats) writer.int16(format);
        writer.int16(execute.parameters.length);
        for (const value of execute.parameters) {
          if (value === null) writer.int32(-1);
          else writer.int32(value.length).bytes(value);
        }
        writer.int16(execute.resultFormats.length);
        for (const format of execute.resultFormats) writer.int16(format);
      });
      this.#send('D', (writer) => writer.byte(0x50).text(''));
      this.#send('E', (writer) => writer.text('').int32(0));
    }
    this.#send('S', () => undefined);
    let hasTimedOut = false;
    const timer = setTimeout(() => {
      hasTimedOut = true;
      this.#cancel();
    }, request.timeoutMs);
    const cancel = (): void => this.#cancel();
    request.signal.addEventListener('abort', cancel);
    try {
      return await this.#readAnswer(request.signal);
    } catch (error) {
      if (hasTimedOut && error instanceof CatalogError && error.fields.get('C') === '57014') {
        throw new RtdpError({
          code: 'WIRE_CATALOG_TIME_LIMIT',
          message: `The catalog query took longer than ${request.timeoutMs} milliseconds.`,
          next: 'Ask for less at a time.',
        });
      }
      throw error;
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', cancel);
    }
  }

  async #readAnswer(signal: AbortSignal): Promise<ShadowAnswer> {
    const parameterTypes: number[] = [];
    const rows: Uint8Array[] = [];
    const notices: Uint8Array[] = [];
    let rowDescription: Uint8Array | null = null;
    let tag = '';
    let failure: Error | undefined;
    let bytes = 0;
    for (;;) {
      const { kind, body } = await this.#read();
      bytes += body.length;
      if (kind === 0x44) {
        if (bytes <= MAXIMUM_ANSWER_BYTES) rows.push(body);
        else if (failure === undefined) {
          failure = tooLarge();
          rows.length = 0;
          this.#cancel();
        }
      } else if (kind === 0x54) rowDescription = body;
      else if (kind === 0x74) parameterTypes.push(...readOids(body));
      else if (kind === 0x43) tag = new FieldReader(body).text();
      else if (kind === 0x4e) notices.push(body);
      else if (kind === 0x45) failure ??= new CatalogError(errorFields(body), undefined);
      else if (kind === 0x5a) break;
    }
    if (signal.aborted) throw cancelled();
    if (failure !== undefined) throw failure;
    return { parameterTypes, rowDescription, rows, tag, notices };
  }

  #send(kind: string, write: (writer: MessageWriter) => void): void {
    this.#writer.begin(kind);
    write(this.#writer);
    this.#writer.end();
    // A Sync, a simple query and a step of the login are answered; what comes before a Sync goes out with it.
    if (kind === 'S' || kind === 'Q' || kind === 'p') this.#socket.write(this.#writer.take());
  }

  /** A row too long for a message ends the connection: what follows it could not be told apart. */
  #nextMessage(): FrontendMessage | undefined {
    try {
      return this.#cutter.next(false, MAXIMUM_ANSWER_BYTES);
    } catch (error) {
      this.#failure ??= error as Error;
      this.#socket.destroy();
      throw tooLarge();
    }
  }

  async #read(): Promise<FrontendMessage> {
    for (;;) {
      const message = this.#nextMessage();
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw catalogUnavailable(this.#failure);
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          this.#wake = undefined;
          resolve();
        };
      });
    }
  }

  /** Best effort, as the protocol has it: on a connection of its own. */
  #cancel(): void {
    const request = Buffer.alloc(16);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(80_877_102, 4);
    request.writeInt32BE(this.#processId, 8);
    request.writeInt32BE(this.#secretKey, 12);
    const socket = openSocket(this.#address.host, this.#address.port);
    // The statement then runs into the time limit of its role.
    socket.on('error', () => socket.destroy());
    socket.end(request);
  }

  close(): void {
    this.#failure ??= new Error('the connection was closed');
    this.#socket.end(Buffer.of(0x58, 0, 0, 0, 4));
    this.#socket.unref();
  }
}

/** A host that begins with a slash is the folder of a Unix socket. */
function openSocket(host: string, port: number): Socket {
  return host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port, noDelay: true });
}

export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

function md5Answer(user: string, password: string, salt: Buffer): string {
  const inner = createHash('md5')
    .update(password + user)
    .digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}

function errorFields(body: Buffer): Map<string, string> {
  const reader = new FieldReader(body);
  const fields = new Map<string, string>();
  for (let mark = reader.byte(); mark !== 0; mark = reader.byte()) fields.set(String.fromCharCode(mark), reader.text());
  return fields;
}

function readOids(body: Buffer): number[] {
  const reader = new FieldReader(body);
  return reader.list(() => reader.int32() >>> 0);
}

export function catalogUnavailable(cause: unknown): RtdpError {
  return new RtdpError({
    code: 'WIRE_CATALOG_UNAVAILABLE',
    message: `The Postgres that answers catalog queries does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`,
    next: 'Check that it runs and that RTDP_SHADOW_URL is right; queries on tables work meanwhile.',
    cause,
  });
}

function tooLarge(): RtdpError {
  return new RtdpError({
    code: 'WIRE_CATALOG_LIMIT',
    message: 'The catalog query gives more than 16 MB.',
    next: 'Ask for less at a time.',
  });
}

function cancelled(): RtdpError {
  return new RtdpError({
    code: 'WIRE_CANCELLED',
    message: 'The statement was cancelled, as the client asked.',
    next: 'Run it again if it is still wanted.',
  });
}
