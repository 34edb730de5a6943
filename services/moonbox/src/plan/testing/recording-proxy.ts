/** Stands between a reader and its Postgres and keeps what the reader sends: the proof of what is pushed down, whatever the plan claims. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class RecordingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #sent: Buffer[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Resolves with the proxy and the address to use instead of `url`. */
  static async open(url: string): Promise<{ proxy: RecordingProxy; url: string }> {
    const target = new URL(url);
    const [host, port] = [target.hostname, Number(target.port)];
    const server = createServer();
    const proxy = new RecordingProxy(server);
    server.on('connection', (client) => {
      const upstream = connect(port, host);
      for (const socket of [client, upstream]) {
        proxy.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => proxy.#sockets.delete(socket));
      }
      client.on('data', (chunk: Buffer) => proxy.#sent.push(chunk));
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target.hostname = '127.0.0.1';
    target.port = String((server.address() as AddressInfo).port);
    return { proxy, url: target.href };
  }

  /** Everything sent since the last call. */
  take(): string {
    const sent = Buffer.concat(this.#sent).toString('utf8');
    this.#sent = [];
    return sent;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
