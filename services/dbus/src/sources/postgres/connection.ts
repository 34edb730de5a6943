/** Decides how a source's Postgres is reached: one set of session settings, texts left as the server wrote them, errors that say what to mend. */
import type { Socket } from 'node:net';
import { RtdpError } from '@rtdp/ums/error';
import { Client, type ClientConfig, type QueryResultRow } from 'pg';
import type { SourceConnection } from '../../catalog/source-definition.ts';
import type { TableName } from '../../pipeline/contract.ts';

/** Settings under which every value has one text; snapshot and stream must use the same ones. */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  xmloption: 'content',
  // What DBus writes (heartbeats, publications) need not wait for standbys, and must not hang where one is absent.
  synchronous_commit: 'local',
};

/** The configuration for `pg` and for the replication transport alike. */
export function clientConfig(connection: SourceConnection, applicationName: string): ClientConfig {
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password: connection.password,
    application_name: applicationName,
    connectionTimeoutMillis: connection.connectTimeoutMs,
    keepAlive: true,
    options: startupOptions(),
    ssl: sslConfig(connection),
  };
}

function sslConfig(connection: SourceConnection): ClientConfig['ssl'] {
  if (connection.ssl === 'disable') return false;
  return {
    rejectUnauthorized: connection.ssl === 'verify-full',
    ...(connection.sslCertificateAuthority === undefined ? {} : { ca: connection.sslCertificateAuthority }),
  };
}

function startupOptions(): string {
  const escaped = (text: string): string => text.replace(/[\\ ]/g, '\\$&');
  return Object.entries(SESSION_SETTINGS)
    .map(([name, value]) => `-c ${name}=${escaped(value)}`)
    .join(' ');
}

/** Numbers that fit and booleans are parsed, everything else stays the server's text. */
const TEXT_TYPES = {
  getTypeParser: (oid: number) => {
    if (oid === 16) return (text: string) => text === 't';
    if (oid === 21 || oid === 23 || oid === 26) return (text: string) => Number(text);
    return (text: string) => text;
  },
} as unknown as NonNullable<ClientConfig['types']>;

export interface SourceSession extends AsyncDisposable {
  /** The driver's own client, for COPY. */
  readonly client: Client;
  query<Row extends QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
  /** Ends the session at the server too, whatever it is doing: a closed connection alone is not noticed by one that waits. */
  terminate(): Promise<void>;
}

/**
 * Opens a session on a source.
 * @throws RtdpError DBUS_SOURCE_UNREACHABLE (network), DBUS_SOURCE_REFUSED (login, database, limits)
 */
export async function openSession(connection: SourceConnection, applicationName: string): Promise<SourceSession> {
  const client = new Client({ ...clientConfig(connection, applicationName), types: TEXT_TYPES });
  // An error of an idle connection would end the process; the next query reports it instead.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    // There was no connection to end: why is told below.
    await client.end().catch(() => undefined);
    throw connectionError(connection, cause);
  }
  const close = (): Promise<void> => endWithin(client, GOODBYE_MS);
  return {
    client,
    close,
    async terminate() {
      const { processID } = client as unknown as { processID: number | null };
      if (processID !== null) {
        await using other = await openSession(connection, applicationName);
        await other.query('SELECT pg_terminate_backend($1)', [processID]);
      }
      await close();
    },
    [Symbol.asyncDispose]: close,
    async query<Row extends QueryResultRow>(sql: string, values?: unknown[]) {
      const result = await client.query<Row>(sql, values);
      return result.rows;
    },
  };
}

/** A server behind a dead network never says goodbye: after this long the socket is dropped. */
const GOODBYE_MS = 2_000;

async function endWithin(client: Client, millis: number): Promise<void> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, millis);
  // Whether it said goodbye or not, the socket is dropped below.
  await Promise.race([client.end().catch(() => undefined), deadline.promise]);
  clearTimeout(timer);
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}

/** SQLSTATE of an error of the driver; empty for network errors. */
export function sqlState(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}

const REFUSALS: Record<string, (connection: SourceConnection) => string> = {
  // Postgres says the same of a wrong password and of a role that is not there.
  '28P01': (c) =>
    `Check the password of role ${c.user}; if there is no such role yet: CREATE ROLE ${quoteName(c.user)} LOGIN REPLICATION PASSWORD '…';`,
  '28000': (c) =>
    `Allow ${c.user} in pg_hba.conf for database ${c.database} from this host, and check that the role exists.`,
  '3D000': (c) => `Create the database ${c.database}, or correct its name.`,
  '53300': () => 'Raise max_connections, or end connections that are not needed.',
  '57P03': () => 'Wait until the server has started; it is tried again.',
  '42501': (c) => `GRANT CONNECT ON DATABASE ${quoteName(c.database)} TO ${quoteName(c.user)};`,
};

function connectionError(connection: SourceConnection, cause: unknown): RtdpError {
  const state = (cause as { code?: unknown } | null)?.code;
  const facts = {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    // Also the name of a network error, such as ECONNREFUSED: a form tells it at the field it means.
    sqlState: typeof state === 'string' ? state : '',
  };
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  const refusal = REFUSALS[sqlState(cause)];
  if (refusal !== undefined && sqlState(cause) !== '57P03') {
    return new RtdpError({
      code: 'DBUS_SOURCE_REFUSED',
      message: `Postgres at ${connection.host}:${connection.port} refused the login: ${reason}`,
      next: refusal(connection),
      facts,
      cause,
    });
  }
  return new RtdpError({
    code: 'DBUS_SOURCE_UNREACHABLE',
    message: `Postgres at ${connection.host}:${connection.port} cannot be reached: ${reason}`,
    next: 'Check host, port, firewall and ssl of the connection, and that the server runs.',
    facts,
    cause,
  });
}

/** A name as SQL needs it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."table"`. */
export function quoteTable(table: TableName): string {
  return `${quoteName(table.schema)}.${quoteName(table.table)}`;
}

/** A text as an SQL literal, safe whatever standard_conforming_strings says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
