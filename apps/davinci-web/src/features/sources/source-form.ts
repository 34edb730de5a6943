/** Decides how the wizard's answers become the definition of a source, and back. Pure. */
import { tablePattern } from './table-pattern.ts';

export interface SourceForm {
  name: string;
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  ssl: 'disable' | 'require' | 'verify-full';
  sslCertificateAuthority: string;
  /** All tables, now and later; or the chosen ones. */
  choice: 'all' | 'some';
  /** `schema.table` patterns of the chosen ones. */
  tables: string[];
  future: boolean;
  initial: boolean;
  partitions: number;
}

export const NEW_SOURCE: SourceForm = {
  name: '',
  host: '',
  port: 5432,
  database: '',
  user: '',
  password: '',
  ssl: 'disable',
  sslCertificateAuthority: '',
  choice: 'all',
  tables: [],
  future: true,
  initial: true,
  partitions: 4,
};

export function sourceDefinition(form: SourceForm) {
  const { name, host, port, database, user, password, ssl, sslCertificateAuthority } = form;
  return {
    name,
    kind: 'postgres' as const,
    connection: {
      host: host.trim(),
      port,
      database: database.trim(),
      user: user.trim(),
      password,
      ssl,
      ...(sslCertificateAuthority.trim() === '' ? {} : { sslCertificateAuthority }),
    },
    // Before tables are chosen, all are asked for: a check then tells of every one.
    tables: form.choice === 'all' || form.tables.length === 0 ? ('all' as const) : form.tables,
    future: form.future,
    partitions: form.partitions,
    snapshot: { initial: form.initial },
  };
}

/** A name that a source may have, made of the database's; empty when nothing of it can be used. */
export function proposeName(database: string): string {
  return database
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40);
}

/**
 * `postgres://user:password@host:port/database` → what of it a form can take; undefined when it is not such an address.
 * People have their connection as one text more often than in parts.
 */
export function readAddress(text: string): Partial<SourceForm> | undefined {
  if (!/^postgres(ql)?:\/\//.test(text.trim()) || !URL.canParse(text.trim())) return undefined;
  const url = new URL(text.trim());
  const mode = url.searchParams.get('sslmode');
  const database = decodeURIComponent(url.pathname.replace(/^\//, ''));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 5432 : Number(url.port),
    ...(database === '' ? {} : { database }),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(mode === 'require' || mode === 'verify-full' ? { ssl: mode } : {}),
  };
}

export function patternsOf(tables: readonly { schema: string; table: string }[]): string[] {
  return tables.map(tablePattern);
}
