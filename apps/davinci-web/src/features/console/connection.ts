/** Decides what a connection to a database server is in every form of the application, what one pasted address says of it, and which field an error means. Pure. */

export const ENCRYPTIONS = ['none', 'encrypted', 'checked'] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];

export interface Connection {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Empty where it is only changed: the one there is stays. */
  password: string;
  encryption: Encryption;
  /** PEM; empty for the machine's own authorities. */
  certificateAuthority: string;
}

export type ConnectionField = keyof Connection;
export type ServerKind = 'postgres' | 'mysql';

export const DEFAULT_PORTS: Readonly<Record<ServerKind, number>> = { postgres: 5432, mysql: 3306 };

export const NEW_CONNECTION: Connection = {
  host: '',
  port: DEFAULT_PORTS.postgres,
  database: '',
  user: '',
  password: '',
  encryption: 'none',
  certificateAuthority: '',
};

/** As libpq calls the three, which DBus and Wormhole take over. */
const SSL_MODES = { none: 'disable', encrypted: 'require', checked: 'verify-full' } as const;
export type SslMode = (typeof SSL_MODES)[Encryption];

/** What DBus and Wormhole are told. */
export function sslConnection({ encryption, ...connection }: Connection) {
  return { ...addressOf(connection), password: connection.password, ssl: SSL_MODES[encryption] };
}

export function encryptionOf(ssl: SslMode): Encryption {
  return ENCRYPTIONS.find((encryption) => SSL_MODES[encryption] === ssl) ?? 'none';
}

/** What the gateway is told. */
export function tlsConnection({ encryption, certificateAuthority, ...connection }: Connection) {
  return {
    ...addressOf(connection),
    password: connection.password,
    tls: ({ none: 'off', encrypted: 'require', checked: 'verify' } as const)[encryption],
    ...(encryption !== 'checked' || certificateAuthority.trim() === '' ? {} : { certificateAuthority }),
  };
}

export function addressOf({ host, port, database, user }: Pick<Connection, 'host' | 'port' | 'database' | 'user'>) {
  return { host: host.trim(), port, database: database.trim(), user: user.trim() };
}

const SCHEMES: Readonly<Record<ServerKind, RegExp>> = {
  postgres: /^postgres(ql)?:\/\//,
  mysql: /^(mysql|mariadb):\/\//,
};

/**
 * `postgres://user:password@host:port/database` → what of it a form can take; undefined when it is not such an address.
 * People have their connection as one text more often than in parts.
 */
export function readAddress(text: string, kind: ServerKind = 'postgres'): Partial<Connection> | undefined {
  const address = text.trim();
  if (!SCHEMES[kind].test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const mode = url.searchParams.get('sslmode');
  const database = decodeURIComponent(url.pathname.replace(/^\//, ''));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORTS[kind] : Number(url.port),
    ...(database === '' ? {} : { database }),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(mode === 'require' || mode === 'verify-full' ? { encryption: encryptionOf(mode) } : {}),
  };
}

/** SQLSTATE of a refused login, or the name of a network error → the field to look at. */
const FIELD_OF_STATE: Readonly<Record<string, ConnectionField>> = {
  '28P01': 'password',
  '28000': 'user',
  '3D000': 'database',
  '42000': 'database',
  ENOTFOUND: 'host',
  EAI_AGAIN: 'host',
  EHOSTUNREACH: 'host',
  ENETUNREACH: 'host',
  ETIMEDOUT: 'host',
  ECONNREFUSED: 'port',
};

/** The field of the connection that an answer complains of; undefined when it is none of them. */
export function connectionField(error: { facts: Record<string, unknown> } | undefined): ConnectionField | undefined {
  const { sqlState, errno } = error?.facts ?? {};
  // MySQL has one SQLSTATE for a wrong user and a wrong password, and tells neither from the other.
  if (errno === 1045) return 'password';
  return typeof sqlState === 'string' ? FIELD_OF_STATE[sqlState] : undefined;
}
