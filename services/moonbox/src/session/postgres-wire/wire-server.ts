/** Decides who may have a session at the Postgres wire, keeps the sessions that there are, and passes cancel requests to them. */
import { randomBytes, randomInt } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { RtdpError } from '@rtdp/ums/error';
import type { Principal } from '../../query/contract.ts';
import { Channel } from './channel.ts';
import type { WireServer, WireServerOptions } from './contract.ts';
import { LOGIN_LIMITS, LoginLimiter } from './login-limiter.ts';
import { WireSession } from './session.ts';
import { SessionSettings } from './session-settings.ts';
import { StandingLogin } from './standing-login.ts';
import { certificateHash, type StartedSession, type StartSurroundings, startUp } from './start-up.ts';
import { toWireError, writeError } from './to-wire-error.ts';

const MAXIMUM_CONNECTIONS = 500;
const START_TIMEOUT_MS = 30_000;
/** The name of the whole gateway, beside those of its databases. */
const WHOLE_GATEWAY: ReadonlySet<string> = new Set(['rtdp', 'moonbox']);

export function createWireServer(options: WireServerOptions): WireServer {
  return new Server(options);
}

class Server implements WireServer {
  readonly #options: WireServerOptions;
  readonly #start: StartSurroundings;
  readonly #server = createServer({ noDelay: true });
  readonly #sessions = new Map<number, WireSession>();
  readonly #channels = new Set<Channel>();
  readonly #countLogin: (result: string) => void;
  readonly #countStatement: (by: string) => void;
  #isStopping = false;

  constructor(options: WireServerOptions) {
    this.#options = options;
    this.#start = {
      secureContext: createSecureContext({
        cert: options.tls.certificate,
        key: options.tls.key,
        minVersion: 'TLSv1.2',
      }),
      certificateHash: certificateHash(options.tls.certificate),
      plainOnLoopback: options.plainOnLoopback,
      passwords: options.passwords,
      limiter: new LoginLimiter(LOGIN_LIMITS, Date.now),
      secret: randomBytes(32),
    };
    const { metrics } = options;
    const logins = metrics.counter('rtdp_moonbox_wire_logins_total', 'Logins of Postgres clients.', ['result']);
    const statements = metrics.counter('rtdp_moonbox_wire_statements_total', 'Statements of Postgres clients.', ['by']);
    const open = metrics.gauge('rtdp_moonbox_wire_sessions', 'Sessions of Postgres clients.', []);
    Object.assign(open, { collect: () => open.set(this.#sessions.size) });
    this.#countLogin = (result) => logins.inc({ result });
    this.#countStatement = (by) => statements.inc({ by });
    this.#server.on('connection', (socket) => void this.#serve(socket));
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions.values()) session.stop(stopping());
    for (const channel of this.#channels) channel.end();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const channel = new Channel(socket);
    this.#channels.add(channel);
    channel.ended.addEventListener('abort', () => this.#channels.delete(channel));
    const timer = setTimeout(() => channel.destroy(), START_TIMEOUT_MS);
    let session: WireSession | undefined;
    try {
      const started = await startUp(channel, this.#start);
      clearTimeout(timer);
      if (started?.kind === 'cancel') {
        const target = this.#sessions.get(started.processId);
        if (target?.secretKey === started.secretKey) target.cancel();
      } else if (started !== undefined) {
        this.#countLogin('accepted');
        session = await this.#openSession(channel, started);
        await session.run(this.#keep(session));
      }
    } catch (error) {
      if (error instanceof RtdpError && /^WIRE_LOGIN_(FAILED|LIMITED)$/.test(error.code)) this.#countLogin('refused');
      this.#tellEnd(channel, error);
    } finally {
      clearTimeout(timer);
      for (const [id, each] of this.#sessions) if (each === session) this.#sessions.delete(id);
      await session?.close();
      channel.end();
      this.#channels.delete(channel);
    }
  }

  #tellEnd(channel: Channel, error: unknown): void {
    const told = toWireError(error);
    if (channel.ended.aborted) return;
    if (told.isUnexpected) this.#options.logger.error({ err: error }, 'a session of a Postgres client ended');
    writeError(channel.writer, { ...told, severity: 'FATAL' });
  }

  #keep(session: WireSession): number {
    let id = randomInt(1, 0x7fffffff);
    while (this.#sessions.has(id)) id = randomInt(1, 0x7fffffff);
    this.#sessions.set(id, session);
    return id;
  }

  /** @throws RtdpError WIRE_CONNECTIONS_LIMIT, WIRE_DATABASE_UNKNOWN, WIRE_STOPPING */
  async #openSession(channel: Channel, { login, user, database, settings }: StartedSession): Promise<WireSession> {
    const { queries, passwords, shadow, logger } = this.#options;
    const standing = new StandingLogin({ user, login, passwords, now: Date.now });
    if (this.#isStopping) throw stopping();
    if (this.#sessions.size >= (this.#options.maximumConnections ?? MAXIMUM_CONNECTIONS)) {
      throw new RtdpError({
        code: 'WIRE_CONNECTIONS_LIMIT',
        message: 'sorry, too many clients already',
        next: 'Close sessions that are not used, or use a smaller pool.',
      });
    }
    const principal: Principal = { ...login.principal, via: 'wire' };
    const names = await shadow.databaseNames(principal);
    const isWhole = WHOLE_GATEWAY.has(database) && !names.includes(database);
    if (!isWhole && !names.includes(database)) {
      throw new RtdpError({
        code: 'WIRE_DATABASE_UNKNOWN',
        message: `database ${JSON.stringify(database)} does not exist, or you may not read it`,
        next: `Connect to rtdp for all databases, or to one of: ${names.join(', ') || '(none that you may read)'}.`,
        facts: { database },
      });
    }
    return new WireSession({
      channel,
      principal,
      user,
      confirmLogin: () => standing.confirm(),
      settings: new SessionSettings({ user, database, connected: isWhole ? undefined : database, start: settings }),
      surroundings: { queries, shadow, logger, countStatement: this.#countStatement },
    });
  }
}

function stopping(): RtdpError {
  return new RtdpError({
    code: 'WIRE_STOPPING',
    message: 'terminating connection due to administrator command',
    next: 'Connect again when the gateway is back.',
  });
}
