/** Decides what one session does with each message of its client: who answers it, errors until Sync, and when its statements and portals end. */
import { randomInt } from 'node:crypto';
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import type { Principal, QueryService } from '../../query/contract.ts';
import { CatalogPortal, describeCatalogStatement } from './catalog-portal.ts';
import type { Channel } from './channel.ts';
import { classifyStatement, type StatementClass } from './classify-statement.ts';
import type { ShadowCatalog } from './contract.ts';
import { bind, close, describe, execute, parse } from './extended-query.ts';
import { describeGatewayStatement, GatewayPortal, type GatewayStatement } from './gateway-portal.ts';
import { FieldReader, type FrontendMessage, protocolError } from './message-reader.ts';
import { type Binding, DRAIN_BYTES, type Portal, type RowTarget, type StatementDescription } from './portal.ts';
import { SessionPortal } from './session-portal.ts';
import type { SessionSettings } from './session-settings.ts';
import { SteadySight } from './shadow/steady-sight.ts';
import { runSimpleQuery } from './simple-query.ts';
import { toWireError, writeError } from './to-wire-error.ts';
import { Transaction } from './transaction.ts';

export interface SessionSurroundings {
  readonly queries: QueryService;
  readonly shadow: ShadowCatalog;
  readonly logger: Logger;
  readonly countStatement: (by: string) => void;
}

export interface PreparedStatement {
  readonly text: string;
  /** Text the client sent, and where the statement begins in it. */
  readonly whole: string;
  readonly start: number;
  readonly goesTo: StatementClass | { readonly by: 'nobody' };
  readonly declared: readonly number[];
}

export interface Cursor {
  readonly portal: Portal;
  /** Outlives its transaction. */
  readonly isHeld: boolean;
}

export class WireSession {
  readonly channel: Channel;
  readonly principal: Principal;
  readonly settings: SessionSettings;
  readonly surroundings: SessionSurroundings;
  readonly transaction = new Transaction();
  readonly sight = new SteadySight();
  readonly prepared = new Map<string, PreparedStatement>();
  readonly portals = new Map<string, Portal>();
  readonly cursors = new Map<string, Cursor>();
  readonly secretKey = randomInt(-0x80000000, 0x7fffffff);
  readonly #user: string;
  readonly confirmLogin: () => Promise<void>;
  readonly target: RowTarget;
  #reported = new Map<string, string>();
  #active: AbortController | undefined;
  #isSkipping = false;
  /** Of which a mistake is told. */
  current: PreparedStatement | undefined;

  constructor(options: {
    channel: Channel;
    principal: Principal;
    user: string;
    /** Rejects with WIRE_LOGIN_ENDED once the session may not go on. */
    confirmLogin: () => Promise<void>;
    settings: SessionSettings;
    surroundings: SessionSurroundings;
  }) {
    this.channel = options.channel;
    this.principal = options.principal;
    this.settings = options.settings;
    this.surroundings = options.surroundings;
    this.#user = options.user;
    this.confirmLogin = options.confirmLogin;
    this.target = { writer: this.channel.writer, drain: () => this.channel.flush() };
  }

  /** Serves the client until it goes. */
  async run(processId: number): Promise<void> {
    this.channel.ended.addEventListener('abort', () => this.#abortAll(cancelled('the client went away')));
    this.#greet(processId);
    await this.channel.flush();
    for (;;) {
      const message = await this.channel.read();
      if (message === undefined || message.kind === 0x58) break;
      if (this.#isSkipping && message.kind !== 0x53) continue;
      try {
        await this.#handle(message);
      } catch (error) {
        if (error instanceof RtdpError && /^WIRE_(PROTOCOL|LOGIN_ENDED)$/.test(error.code)) throw error;
        this.#fail(error);
        if (message.kind === 0x51) this.#ready();
        else this.#isSkipping = true;
      }
      // What belongs together goes out together.
      const isEnd = message.kind === 0x53 || message.kind === 0x51 || message.kind === 0x48;
      if (isEnd || this.channel.writer.at >= DRAIN_BYTES) await this.channel.flush();
    }
  }

  /** Ends what runs at this moment. */
  cancel(): void {
    this.#active?.abort(cancelled('the client cancelled it, by hand or at a time limit of its own'));
  }

  /** Ends the session from our side. */
  stop(error: RtdpError): void {
    this.#abortAll(error);
    writeError(this.channel.writer, { ...toWireError(error), severity: 'FATAL' });
    this.channel.end();
  }

  async close(): Promise<void> {
    this.#abortAll(cancelled('the session has ended'));
    await this.closeAllPortals();
  }

  #abortAll(reason: RtdpError): void {
    this.#active?.abort(reason);
    for (const portal of this.#allPortals()) portal.abort.abort(reason);
  }

  *#allPortals(): Generator<Portal> {
    yield* this.portals.values();
    for (const { portal } of this.cursors.values()) yield portal;
  }

  #greet(processId: number): void {
    const { writer } = this.channel;
    const fixed = {
      server_version: this.surroundings.shadow.serverVersion,
      server_encoding: 'UTF8',
      client_encoding: 'UTF8',
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      IntervalStyle: 'postgres',
      integer_datetimes: 'on',
      standard_conforming_strings: 'on',
      is_superuser: 'off',
      in_hot_standby: 'off',
      session_authorization: this.#user,
    };
    for (const [name, value] of Object.entries(fixed)) writer.begin('S').text(name).text(value).end();
    this.reportSettings();
    writer.begin('K').int32(processId).int32(this.secretKey).end();
    this.#ready();
  }

  /** Tells the client which of its settings changed. */
  reportSettings(): void {
    for (const [name, value] of this.settings.reported()) {
      if (this.#reported.get(name) === value) continue;
      this.#reported.set(name, value);
      this.channel.writer.begin('S').text(name).text(value).end();
    }
  }

  async #sync(): Promise<void> {
    if (this.transaction.status === 'I') for (const name of [...this.portals.keys()]) await this.closePortal(name);
    this.#ready();
  }

  #ready(): void {
    this.channel.writer.begin('Z').byte(this.transaction.status.charCodeAt(0)).end();
  }

  #fail(error: unknown): void {
    const current = this.current;
    const told = toWireError(error, current?.text);
    if (told.isUnexpected) this.surroundings.logger.error({ err: error }, 'a statement of a Postgres client failed');
    writeError(this.channel.writer, told, current?.whole, current?.start);
    this.transaction.failed();
  }

  async #handle({ kind, body }: FrontendMessage): Promise<void> {
    const fields = new FieldReader(body);
    this.current = undefined;
    const letter = String.fromCharCode(kind);
    if ('PBDE'.includes(letter)) await this.confirmLogin();
    switch (letter) {
      case 'Q':
        await runSimpleQuery(this, fields.text());
        if (!this.channel.ended.aborted) await this.#sync();
        return;
      case 'P':
        return parse(this, fields);
      case 'B':
        return bind(this, fields);
      case 'D':
        return describe(this, fields);
      case 'E':
        return execute(this, fields);
      case 'C':
        return close(this, fields);
      case 'S':
        this.#isSkipping = false;
        return this.#sync();
      case 'H':
        return;
      // What is left of a COPY that failed.
      case 'd':
      case 'c':
      case 'f':
        return;
      case 'F':
        throw unsupported('function calls by the protocol', 'Call the function in a SELECT.');
      default:
        throw protocolError(`a message of kind ${JSON.stringify(letter)}`);
    }
  }

  /** Decides who answers. @throws RtdpError WIRE_TRANSACTION_FAILED, WIRE_CATALOG_MIXED, WIRE_UNSUPPORTED */
  statement(text: string, declared: readonly number[], whole: string = text, start = 0): PreparedStatement {
    const goesTo = text === '' ? ({ by: 'nobody' } as const) : this.#orRefused(text, () => classifyStatement(text));
    const statement = { text, whole, start, goesTo, declared };
    this.admit(statement);
    return statement;
  }

  /** @throws RtdpError WIRE_TRANSACTION_FAILED */
  admit({ text, goesTo }: PreparedStatement): void {
    if (goesTo.by === 'nobody') return;
    const [kind, tree] = goesTo.by === 'session' ? [goesTo.kind, goesTo.tree] : [goesTo.by, undefined];
    this.#orRefused(text, () => this.transaction.admit(kind, tree));
  }

  /** Nobody sees a statement that is refused here, so its record is left here. */
  #orRefused<Result>(text: string, decide: () => Result): Result {
    try {
      return decide();
    } catch (error) {
      this.surroundings.queries.refused({ sql: text, principal: this.principal, signal: this.channel.ended }, error);
      throw error;
    }
  }

  async open(statement: PreparedStatement, binding: Binding): Promise<Portal> {
    const { goesTo, text, declared } = statement;
    this.surroundings.countStatement(goesTo.by);
    switch (goesTo.by) {
      case 'gateway':
        return new GatewayPortal(await this.#gatewayStatement(statement), binding, async () => {
          const { parameterOids } = await this.descriptionOf(statement);
          return parameterOids;
        });
      case 'catalog': {
        const { shadow } = this.surroundings;
        const { principal, sight, settings } = this;
        return new CatalogPortal({ shadow, principal, sight, settings, text, parts: goesTo.parts, declared }, binding);
      }
      case 'session':
        return new SessionPortal(this, { ...goesTo, text });
      default:
        return new SessionPortal(this, undefined);
    }
  }

  async #gatewayStatement({ text, declared }: PreparedStatement): Promise<GatewayStatement> {
    const { principal, settings } = this;
    const { queries, shadow } = this.surroundings;
    const database = settings.defaultDatabase(await shadow.databaseNames(principal));
    return { queries, principal, text, declared, database, timeoutMs: settings.timeoutMs };
  }

  /** Cancelling ends this portal's statement meanwhile. */
  async whileActive<Result>(portal: Portal, work: () => Promise<Result>): Promise<Result> {
    const before = this.#active;
    this.#active = portal.abort;
    if (this.channel.ended.aborted) portal.abort.abort(cancelled('the client went away'));
    try {
      return await work();
    } finally {
      this.#active = before;
    }
  }

  unknownStatement(name: string): RtdpError {
    return new RtdpError({
      code: 'WIRE_STATEMENT_UNKNOWN',
      message: `prepared statement ${JSON.stringify(name)} does not exist`,
      next: 'Prepare it first in this session.',
    });
  }

  async descriptionOf(statement: PreparedStatement): Promise<StatementDescription> {
    const { goesTo, text, declared } = statement;
    const { principal, sight, settings, channel } = this;
    const { shadow } = this.surroundings;
    if (goesTo.by === 'catalog') {
      const catalog = { shadow, principal, sight, settings, text, parts: goesTo.parts, declared };
      return describeCatalogStatement(catalog, channel.ended);
    }
    if (goesTo.by === 'gateway') {
      return describeGatewayStatement(await this.#gatewayStatement(statement), channel.ended);
    }
    const session = new SessionPortal(this, goesTo.by === 'session' ? { ...goesTo, text } : undefined);
    return session.description();
  }

  async closePortal(name: string): Promise<void> {
    const portal = this.portals.get(name);
    this.portals.delete(name);
    await portal?.close();
  }

  /** At the end of a transaction. A cursor WITH HOLD outlives it where it was committed. */
  async closeTransactionPortals(isCommitted: boolean): Promise<void> {
    for (const [name, { portal, isHeld }] of [...this.cursors]) {
      if (isHeld && isCommitted) continue;
      this.cursors.delete(name);
      await portal.close();
    }
    for (const [name, portal] of [...this.portals]) {
      // The portal that says COMMIT is still needed to say so.
      if (portal.abort !== this.#active) await this.closePortal(name);
    }
  }

  async closeAllPortals(): Promise<void> {
    await this.closeTransactionPortals(false);
  }
}

function cancelled(why: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_CANCELLED',
    message: `the statement was cancelled: ${why}`,
    next: 'Run it again if it is still wanted.',
    facts: { why },
  });
}

function unsupported(what: string, next: string): RtdpError {
  return new RtdpError({ code: 'WIRE_UNSUPPORTED', message: `The gateway has no ${what}.`, next });
}
