/** Decides whether the writing role may use schema `rtdp` of its database, and names the statement that mends it when it may not. */
import { RtdpError } from '@rtdp/ums/error';
import type { Session } from './connect.ts';
import { quoteIdentifier } from './dialect.ts';

interface Rights {
  role: string;
  database: string;
  /** Owner of schema rtdp; null as long as there is no such schema. */
  owner: string | null;
  enough: boolean;
}

/** The tables that the first writer made; those of single sinks belong to who made them. */
const RIGHTS = `
  SELECT current_user AS role, current_database() AS database, pg_get_userbyid(n.nspowner) AS owner,
    CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE')
    ELSE has_schema_privilege(n.oid, 'USAGE') AND has_schema_privilege(n.oid, 'CREATE') AND NOT EXISTS (
      SELECT FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
      WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND c.relname !~ '^sink_[0-9]+_' AND NOT has_table_privilege(c.oid, wanted)
    ) END AS enough
  FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = 'rtdp'`;

/** Changes nothing. @throws RtdpError STORE_REFUSED, whose next step is the statement */
export async function requireBookkeepingRights(session: Session): Promise<void> {
  const [rights] = await session.query<Rights>(RIGHTS);
  if (rights === undefined || rights.enough) return;
  const { role, database, owner } = rights;
  const to = quoteIdentifier(role);
  if (owner === null) {
    throw new RtdpError({
      code: 'STORE_REFUSED',
      message: `the role ${role} may not make the schema rtdp, which holds the positions of flows, in database ${database}`,
      next: `Run there: GRANT CREATE ON DATABASE ${quoteIdentifier(database)} TO ${to};`,
      facts: { role, database },
    });
  }
  throw new RtdpError({
    code: 'STORE_REFUSED',
    message: `the schema rtdp of database ${database}, which holds the positions of flows, belongs to the role ${owner}, and ${role} may not use it`,
    next: `Write with the role ${owner}, or run there as ${owner}: GRANT USAGE, CREATE ON SCHEMA rtdp TO ${to}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rtdp TO ${to};`,
    facts: { role, owner, database },
  });
}
