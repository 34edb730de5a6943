/** Stands between a reader and its store in tests, and does what a network does to connections: nothing any more, or an end without a word. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net';

export class CutProxy implements AsyncDisposable {
  /** The store's, by way of the proxy. */
  readonly url: string;
  /** Connections that were turned away. */
  refused = 0;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server: ReturnType<typeof createServer>;
  #refusing = false;

  private constructor(server: ReturnType<typeof createServer>, target: URL) {
    this.#server = server;
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href;
    server.on('connection', (near) => {
      near.on('error', () => undefined);
      if (this.#refusing) {
        this.refused += 1;
        near.destroy();
        return;
      }
      const far = tcpConnect(Number(target.port), target.hostname);
      far.on('error', () => near.destroy());
      near.on('close', () => far.destroy());
      near.pipe(far);
      far.pipe(near);
      this.#pairs.add([near, far]);
    });
  }

  static async before(url: string): Promise<CutProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CutProxy(server, new URL(url));
  }

  /** From now on nothing passes on the connections there are. */
  silence(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  /** Ends the connections there are. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    this.#pairs.clear();
  }

  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
