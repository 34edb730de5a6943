/**
 * Says what the Postgres wire needs of the rest of Moonbox, and what it gives: a server that is listened with and closed.
 *
 * Composed in `registry.ts`:
 * `createWireServer({ queries, passwords, shadow: await openShadowCatalog({ url, catalog, logger }), tls: await wireTls({ … }), … })`.
 */
import type { Logger } from '@rtdp/service/logging';
import type { Metrics } from '@rtdp/service/metrics';
import type { IntrospectedColumn } from '@rtdp/stores/scan-contract';
import type { Principal, QueryService } from '../../query/contract.ts';
import type { StatementSight, SteadySight } from './shadow/steady-sight.ts';

/** Who a user of the wire is, and what the password is checked against. */
export interface WireLogin {
  readonly principal: Omit<Principal, 'via'>;
  /** As Postgres keeps it: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (`makeScramVerifier` makes one). */
  readonly verifier: string;
}

export interface WirePasswords {
  /** Undefined where nobody has this user name, or may no longer log in. */
  find(user: string): Promise<WireLogin | undefined>;
}

/** A table or view as one user sees it: columns that may not be read are not there. */
export interface VisibleTable {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly columns: readonly IntrospectedColumn[];
  /** In key order; empty where there is none or not all of it is visible. */
  readonly primaryKey: readonly string[];
  readonly comment?: string | null;
  readonly rowEstimate?: number | null;
}

export interface VisibleDatabase {
  readonly name: string;
  readonly tables: readonly VisibleTable[];
}

/** What the shadow catalog mirrors. */
export interface VisibleCatalog {
  /** Changes whenever what the principal sees may have changed. Asked before each catalog statement, so it has to be cheap. */
  version(principal: Principal): string | Promise<string>;
  /** Reads from the stores what tables they have now; not each time, and not longer than a moment. Never rejects. */
  lookAgain(principal: Principal): Promise<void>;
  /** All databases the principal sees, those without tables too. */
  read(principal: Principal): Promise<readonly VisibleDatabase[]>;
}

/** PEM texts. */
export interface WireTls {
  readonly certificate: string;
  readonly key: string;
}

export interface WireServerOptions {
  readonly queries: QueryService;
  readonly passwords: WirePasswords;
  readonly shadow: ShadowCatalog;
  readonly tls: WireTls;
  /** Lets a client of this machine itself connect without TLS; anybody else never may. */
  readonly plainOnLoopback: boolean;
  readonly maximumConnections?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface WireServer {
  /** Resolves to the port once it listens; 0 takes a free one. */
  listen(host: string, port: number): Promise<number>;
  /** Tells every session that the server ends, ends what runs and closes. */
  close(): Promise<void>;
}

/** Answers what clients ask `pg_catalog`, with a real Postgres that holds empty copies of what the user may see. */
export interface ShadowCatalog {
  /** Version of the Postgres that answers, e.g. `18.4`; what clients are told as `server_version`. */
  readonly serverVersion: string;
  /** Names of the databases the principal sees, sorted. */
  databaseNames(principal: Principal): Promise<readonly string[]>;
  /** Before a statement that lists tables or columns: so that it tells those that a store has only just got. */
  lookAgain(principal: Principal): Promise<void>;
  /** Runs one statement; see `shadow-catalog.ts`. `sight` is the session's. */
  lease(principal: Principal, sight: SteadySight, statement: StatementSight): Promise<ShadowLease>;
  close(): Promise<void>;
}

/** A connection to the user's shadow database, held for one statement. */
export interface ShadowLease {
  /** Databases the principal sees, sorted, as of this lease. */
  readonly databaseNames: readonly string[];
  readonly connection: ShadowConnection;
  /** `changed`: the statement may have changed a setting of the session. */
  release(changed: boolean): void;
}

/** Speaks the Postgres protocol to the shadow database and hands back its messages as they are. */
export interface ShadowConnection {
  /** Makes the session's settings exactly these (all others default). */
  apply(settings: ReadonlyMap<string, string>): Promise<void>;
  /** Parse, describe and (with `execute`) run one statement. */
  ask(request: ShadowRequest): Promise<ShadowAnswer>;
}

export interface ShadowRequest {
  readonly sql: string;
  readonly parameterTypes: readonly number[];
  /** Absent: the statement is only described. */
  readonly execute?: {
    readonly parameterFormats: readonly number[];
    readonly parameters: readonly (Uint8Array | null)[];
    readonly resultFormats: readonly number[];
  };
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ShadowAnswer {
  /** Object ids of the parameters' types; there when only described. */
  readonly parameterTypes: readonly number[];
  /** Body of RowDescription; null where the statement gives no rows. */
  readonly rowDescription: Uint8Array | null;
  /** Bodies of the DataRow messages. */
  readonly rows: readonly Uint8Array[];
  readonly tag: string;
  /** Bodies of NoticeResponse messages. */
  readonly notices: readonly Uint8Array[];
}
