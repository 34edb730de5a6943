/** Decides whether a Postgres server is ready to be streamed by a role, and which statement mends each thing that is not. */
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import { publicationNames } from '../../catalog/source-definition.ts';
import type { Problem } from '../contract.ts';
import { quoteName, type SourceSession } from './connection.ts';

/** What the server says of itself; everything the checks need, read in one query. */
export interface ServerFacts {
  serverVersion: number;
  walLevel: string;
  inRecovery: boolean;
  maxReplicationSlots: number;
  usedReplicationSlots: number;
  maxWalSenders: number;
  usedWalSenders: number;
  walSenderTimeoutMs: number;
  /** Megabytes; -1 = a slot may hold any amount back. */
  maxSlotWalKeepMegabytes: number;
  /** Milliseconds; 0 = never. Postgres 18. */
  idleSlotTimeoutMs: number;
  encoding: string;
  database: string;
  user: string;
  mayReplicate: boolean;
  mayCreateInDatabase: boolean;
  connectionLimitReached: boolean;
  /** The source's own slot, when it is there already; not whole = a session that was given up still makes it. */
  slot: { plugin: string; database: string; walStatus: string; whole: boolean; active: boolean } | null;
  /** Owner of each of our two publications that exists and is not ours. */
  foreignPublications: { name: string; owner: string }[];
  heartbeatSchemaUsable: boolean;
}

const FACTS_SQL = `
select current_setting('server_version_num') as server_version, current_setting('wal_level') as wal_level,
  pg_is_in_recovery() as in_recovery,
  current_setting('max_replication_slots') as max_replication_slots,
  (select count(*)::text from pg_replication_slots) as used_replication_slots,
  current_setting('max_wal_senders') as max_wal_senders,
  (select count(*)::text from pg_stat_get_wal_senders()) as used_wal_senders,
  (select setting from pg_settings where name = 'wal_sender_timeout') as wal_sender_timeout,
  (select setting from pg_settings where name = 'max_slot_wal_keep_size') as max_slot_wal_keep_size,
  (select setting from pg_settings where name = 'idle_replication_slot_timeout') as idle_slot_timeout,
  (select unit from pg_settings where name = 'idle_replication_slot_timeout') as idle_slot_timeout_unit,
  current_setting('server_encoding') as encoding, current_database() as database, current_user::text as "user",
  (select rolsuper or rolreplication from pg_roles where rolname = current_user)
    or exists (select 1 from pg_roles g where g.rolname in ('rds_replication', 'cloudsqlsuperuser', 'azure_pg_admin')
               and pg_has_role(g.oid, 'MEMBER')) as may_replicate,
  has_database_privilege(current_database(), 'CREATE') as may_create,
  (select rolconnlimit >= 0 and rolconnlimit < 6 from pg_roles where rolname = current_user) as connection_limit,
  (select json_build_object('plugin', plugin, 'database', database, 'walStatus', wal_status, 'whole', confirmed_flush_lsn IS NOT NULL, 'active', active)::text
     from pg_replication_slots where slot_name = $1) as slot,
  (select coalesce(json_agg(json_build_object('name', pubname, 'owner', pg_get_userbyid(pubowner))), '[]')::text
     from pg_publication where pubname = any($2::text[]) and not pg_has_role(pubowner, 'USAGE')) as foreign_publications,
  coalesce((select has_schema_privilege(oid, 'USAGE') and (has_schema_privilege(oid, 'CREATE')
     or exists (select 1 from pg_class t where t.relnamespace = n.oid and t.relname = 'heartbeat' and pg_has_role(t.relowner, 'USAGE')))
     from pg_namespace n where nspname = 'rtdp'), true) as heartbeat_schema_usable`;

export async function loadServerFacts(session: SourceSession, definition: SourceDefinition): Promise<ServerFacts> {
  const names = publicationNames(definition);
  const [row] = await session.query<Record<string, string | boolean | null>>(FACTS_SQL, [
    definition.slot,
    [names.keyed, names.insertOnly],
  ]);
  const text = (name: string): string => String(row?.[name] ?? '');
  const number = (name: string): number => Number(row?.[name] ?? 0);
  const idleUnit =
    text('idle_slot_timeout_unit') === 'min' ? 60_000 : text('idle_slot_timeout_unit') === 's' ? 1_000 : 1;
  return {
    serverVersion: number('server_version'),
    walLevel: text('wal_level'),
    inRecovery: row?.in_recovery === true,
    maxReplicationSlots: number('max_replication_slots'),
    usedReplicationSlots: number('used_replication_slots'),
    maxWalSenders: number('max_wal_senders'),
    usedWalSenders: number('used_wal_senders'),
    walSenderTimeoutMs: number('wal_sender_timeout'),
    maxSlotWalKeepMegabytes: number('max_slot_wal_keep_size'),
    idleSlotTimeoutMs: number('idle_slot_timeout') * idleUnit,
    encoding: text('encoding'),
    database: text('database'),
    user: text('user'),
    mayReplicate: row?.may_replicate === true,
    mayCreateInDatabase: row?.may_create === true,
    connectionLimitReached: row?.connection_limit === true,
    slot: row?.slot == null ? null : (JSON.parse(text('slot')) as ServerFacts['slot']),
    foreignPublications: JSON.parse(text('foreign_publications')) as ServerFacts['foreignPublications'],
    heartbeatSchemaUsable: row?.heartbeat_schema_usable === true,
  };
}

const OLDEST_VERSION = 130000;

/**
 * Blocking problems forbid starting; warnings are worth a look. Pure.
 * @param slotIsOurs whether a slot of this name was made for the source by this platform
 */
export function serverProblems(facts: ServerFacts, definition: SourceDefinition, slotIsOurs: boolean): Problem[] {
  const problems: Problem[] = [];
  const user = quoteName(facts.user);
  const say = (code: string, severity: Problem['severity'], message: string, statement: string | null): void => {
    problems.push({ code, severity, message, statement });
  };
  if (facts.serverVersion < OLDEST_VERSION) {
    say(
      'server-too-old',
      'blocking',
      `The server is Postgres ${Math.floor(facts.serverVersion / 10_000)}; 13 or newer is needed.`,
      null,
    );
  }
  if (facts.inRecovery) {
    say(
      'server-is-standby',
      'blocking',
      'The server is a standby: publications and heartbeats need the primary. Connect to the primary.',
      null,
    );
  }
  if (facts.walLevel !== 'logical') {
    say(
      'wal-level',
      'blocking',
      `wal_level is ${facts.walLevel}; rows can only be read from a logical log. Restart the server afterwards.`,
      "ALTER SYSTEM SET wal_level = 'logical';",
    );
  }
  if (facts.slot === null && facts.usedReplicationSlots >= facts.maxReplicationSlots) {
    say(
      'no-free-slot',
      'blocking',
      `All ${facts.maxReplicationSlots} replication slots are in use. Restart the server afterwards.`,
      `ALTER SYSTEM SET max_replication_slots = ${facts.maxReplicationSlots + 5};`,
    );
  }
  if (facts.usedWalSenders >= facts.maxWalSenders) {
    say(
      'no-free-wal-sender',
      'blocking',
      `All ${facts.maxWalSenders} walsenders are in use. Restart the server afterwards.`,
      `ALTER SYSTEM SET max_wal_senders = ${facts.maxWalSenders + 5};`,
    );
  }
  if (!facts.mayReplicate) {
    say(
      'no-replication-privilege',
      'blocking',
      `${user} may not start replication.`,
      `ALTER ROLE ${user} REPLICATION;`,
    );
  }
  if (!facts.mayCreateInDatabase) {
    say(
      'no-create-privilege',
      'blocking',
      `${user} may not create publications in database ${quoteName(facts.database)}.`,
      `GRANT CREATE ON DATABASE ${quoteName(facts.database)} TO ${user};`,
    );
  }
  if (!facts.heartbeatSchemaUsable) {
    say(
      'heartbeat-schema',
      'blocking',
      `${user} may not create the heartbeat table in schema rtdp.`,
      `GRANT USAGE, CREATE ON SCHEMA rtdp TO ${user};`,
    );
  }
  for (const publication of facts.foreignPublications) {
    say(
      'publication-not-owned',
      'blocking',
      `Publication ${publication.name} exists and belongs to ${publication.owner}.`,
      `ALTER PUBLICATION ${quoteName(publication.name)} OWNER TO ${user};`,
    );
  }
  if (facts.slot !== null) problems.push(...slotProblems(facts.slot, definition, slotIsOurs));
  if (facts.connectionLimitReached) {
    say(
      'connection-limit',
      'warning',
      `${user} has a connection limit below the 6 connections that streaming and pulls may take.`,
      `ALTER ROLE ${user} CONNECTION LIMIT -1;`,
    );
  }
  if (facts.encoding === 'SQL_ASCII') {
    say(
      'encoding',
      'warning',
      'The database is SQL_ASCII: texts that are not valid UTF-8 go to the dead letters.',
      null,
    );
  }
  if (facts.maxSlotWalKeepMegabytes < 0) {
    say(
      'slot-unbounded',
      'warning',
      'max_slot_wal_keep_size is unlimited: a source that stays stopped could fill the disk of the server; an alarm is raised at the budget.',
      `ALTER SYSTEM SET max_slot_wal_keep_size = '${Math.ceil((definition.slotLagBudgetBytes * 2) / 1_048_576)}MB'; SELECT pg_reload_conf();`,
    );
  }
  if (facts.idleSlotTimeoutMs > 0) {
    say(
      'slot-idle-timeout',
      'warning',
      `The server invalidates slots that are idle for ${facts.idleSlotTimeoutMs / 1000} s: a source that is paused longer is lost.`,
      'ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();',
    );
  }
  if (facts.walSenderTimeoutMs > 0 && facts.walSenderTimeoutMs < 10_000) {
    say(
      'wal-sender-timeout',
      'warning',
      `wal_sender_timeout is ${facts.walSenderTimeoutMs} ms: short stalls will cut the connection (it is made again).`,
      "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();",
    );
  }
  return problems;
}

function slotProblems(
  slot: NonNullable<ServerFacts['slot']>,
  definition: SourceDefinition,
  slotIsOurs: boolean,
): Problem[] {
  const drop = `SELECT pg_drop_replication_slot('${definition.slot}');`;
  if (slot.database !== definition.connection.database || slot.plugin !== 'pgoutput') {
    return [
      {
        code: 'slot-taken',
        severity: 'blocking',
        message: `A slot ${definition.slot} exists for database ${slot.database} with plugin ${slot.plugin}; it is not ours. Choose another source name, or drop it.`,
        statement: drop,
      },
    ];
  }
  // One that is not whole is being made, maybe by a start of ours that was given up.
  if (slot.active && slot.whole && !slotIsOurs) {
    return [
      {
        code: 'slot-in-use',
        severity: 'blocking',
        message: `The slot ${definition.slot} is being read by somebody else, such as another platform with a source of this name: two readers would take rows from each other. Choose another source name, or remove the source there first.`,
        statement: null,
      },
    ];
  }
  if (slot.walStatus === 'lost') {
    return [
      {
        code: 'slot-lost',
        severity: 'blocking',
        message: `The slot ${definition.slot} has lost log it still needed. Remove the source and register it again: it is then pulled anew.`,
        statement: drop,
      },
    ];
  }
  if (slot.whole && !slot.active && !slotIsOurs) {
    return [
      {
        code: 'slot-unread',
        severity: 'warning',
        message: `A slot ${definition.slot} is there already, and nobody reads it: that of another platform that is stopped, or of a source that was removed while its server was away. A source of this name takes it over, and the other platform cannot go on. Choose another source name unless it is left over.`,
        statement: null,
      },
    ];
  }
  return [];
}
