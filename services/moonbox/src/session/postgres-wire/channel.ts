/** Decides how messages come from and go to one client: reading ahead within a bound, waiting where it does not read, changing over to TLS. */
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type FrontendMessage, MessageCutter, protocolError } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';

/** Bytes that may wait here unread before the client has to. */
const READ_AHEAD_BYTES = 1024 * 1024;
const KEEP_ALIVE_MS = 60_000;
/**
 * Bytes of a TLS record. libpq has room for 8 KB at each read: the rest of a longer record would stay in its TLS library, where a driver that waits
 * for its socket (psycopg) never looks. Postgres sends none longer either.
 */
const TLS_RECORD_BYTES = 8_192;
/** First byte of a TLS handshake: a client may begin with it, without asking. */
const TLS_HANDSHAKE = 0x16;

export class Channel {
  readonly writer = new MessageWriter();
  #socket: Socket;
  #cutter = new MessageCutter();
  #wake: (() => void) | undefined;
  #ended = new AbortController();
  #failure: Error | undefined;
  #isEncrypted = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    // A client whose machine is gone says nothing.
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#listen(socket);
  }

  /** Aborts when the client is gone. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? '';
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk) => {
      this.#cutter.push(chunk);
      if (this.#cutter.waiting > READ_AHEAD_BYTES) socket.pause();
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended.abort();
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', (error) => {
      this.#failure = error;
      end();
    });
  }

  /** The next message; undefined when the client is gone. @throws RtdpError WIRE_PROTOCOL */
  async read(atStart = false, maximum?: number): Promise<FrontendMessage | undefined> {
    for (;;) {
      const message = this.#cutter.next(atStart, maximum);
      if (message !== undefined) return message;
      if (this.#ended.signal.aborted) return undefined;
      // A message longer than the read-ahead still has to come in whole.
      if (this.#socket.isPaused()) this.#socket.resume();
      await this.#more();
    }
  }

  /** Whether the client begins a TLS handshake without asking. */
  async startsWithTls(): Promise<boolean> {
    while (this.#cutter.peek() === undefined && !this.#ended.signal.aborted) await this.#more();
    return this.#cutter.peek() === TLS_HANDSHAKE;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /**
   * Goes on encrypted. `direct`: the bytes that wait belong to the handshake; else there must be none, because whoever put them there spoke
   * before the encryption.
   */
  async encrypt(secureContext: SecureContext, direct: boolean): Promise<void> {
    const plain = this.#socket;
    if (!direct && this.#cutter.waiting > 0) throw protocolError('bytes came before the encryption was agreed');
    plain.removeAllListeners('data');
    plain.pause();
    const handshake = this.#cutter.takeRest();
    if (handshake.length > 0) plain.unshift(handshake);
    const secure = new TLSSocket(plain, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] });
    secure.setMaxSendFragment(TLS_RECORD_BYTES);
    this.#socket = secure;
    this.#isEncrypted = true;
    this.#listen(secure);
    await new Promise<void>((resolve, reject) => {
      secure.once('secure', resolve);
      secure.once('close', () => reject(this.#failure ?? new Error('the client went during the handshake')));
    });
  }

  /** Sends what was written; resolves when the client may get more. Resolves at once when it is gone: `ended` says so. */
  async flush(): Promise<void> {
    if (this.writer.at === 0) return;
    const bytes = this.writer.take();
    if (this.#ended.signal.aborted || this.#socket.destroyed) return;
    if (this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const socket = this.#socket;
      const done = (): void => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  /** One byte that is no message, as the answer to a request for encryption. */
  sendByte(character: string): void {
    this.#socket.write(character);
  }

  /** After what was written is out. */
  end(): void {
    if (this.writer.at > 0) this.#socket.write(this.writer.take());
    this.#socket.end();
    // A client that does not close its own side would stay for ever.
    setTimeout(() => this.#socket.destroy(), 2_000).unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
