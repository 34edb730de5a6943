/** Says what the audit keeps of a statement. */
import type { Reason } from '../catalog/contract.ts';
import type { QUERY_STATES } from '../client/queries.ts';
import type { Principal, TableRead } from './contract.ts';

export type QueryState = (typeof QUERY_STATES)[number];

export interface AuditRecord {
  id: string;
  organisationId: string;
  subject: string;
  /** By which people know the subject; null where nobody has told. */
  name: string | null;
  via: Principal['via'];
  /** SELECT, EXPLAIN, MOUNT DATABASE, …; `UNKNOWN` when the text could not be read. */
  kind: string;
  /** Without secrets. */
  sql: string;
  database: string | null;
  label: string | null;
  tables: readonly TableRead[];
  /** `refused`: it was not run, because of rights or because it is no statement. */
  decision: 'allowed' | 'refused';
  state: QueryState;
  /** That were given to the client. */
  rows: number;
  /** From the call to the end, the queue included. */
  milliseconds: number;
  queuedMilliseconds: number;
  error: Reason | null;
  startedAt: Date;
}

/** As it is told to somebody: without the SQL where that says more than its asker may know. */
export type ToldRecord = Omit<AuditRecord, 'sql'> & { sql: string | null };
