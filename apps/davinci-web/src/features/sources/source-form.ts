/** Decides how the wizard's answers become the definition of a source, and back. Pure. */
import { type Connection, NEW_CONNECTION, sslConnection } from '../console/connection.ts';
import { tablePattern } from './table-pattern.ts';

export interface SourceForm {
  name: string;
  connection: Connection;
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
  connection: NEW_CONNECTION,
  choice: 'all',
  tables: [],
  future: true,
  initial: true,
  partitions: 4,
};

export function sourceDefinition(form: SourceForm) {
  return {
    name: form.name,
    kind: 'postgres' as const,
    connection: sourceConnection(form.connection),
    // Before tables are chosen, all are asked for: a check then tells of every one.
    tables: form.choice === 'all' || form.tables.length === 0 ? ('all' as const) : form.tables,
    future: form.future,
    partitions: form.partitions,
    snapshot: { initial: form.initial },
  };
}

export function sourceConnection(connection: Connection) {
  const { certificateAuthority } = connection;
  return {
    ...sslConnection(connection),
    ...(certificateAuthority.trim() === '' ? {} : { sslCertificateAuthority: certificateAuthority }),
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

export function patternsOf(tables: readonly { schema: string; table: string }[]): string[] {
  return tables.map(tablePattern);
}
