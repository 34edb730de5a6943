/** Shows for each prerequisite that it is found missing, and which statement is named. */
import { expect, test } from 'vitest';
import { readSourceDefinition } from '../../catalog/source-definition.ts';
import { type ServerFacts, serverProblems } from './prerequisites.ts';

const definition = readSourceDefinition({
  name: 'shop',
  kind: 'postgres',
  connection: { host: 'h', database: 'shop', user: 'rep' },
  tables: 'all',
});

const ready: ServerFacts = {
  serverVersion: 180004,
  walLevel: 'logical',
  inRecovery: false,
  maxReplicationSlots: 10,
  usedReplicationSlots: 0,
  maxWalSenders: 10,
  usedWalSenders: 0,
  walSenderTimeoutMs: 60_000,
  maxSlotWalKeepMegabytes: 1000,
  idleSlotTimeoutMs: 0,
  encoding: 'UTF8',
  database: 'shop',
  user: 'rep',
  mayReplicate: true,
  mayCreateInDatabase: true,
  connectionLimitReached: false,
  slot: null,
  foreignPublications: [],
  heartbeatSchemaUsable: true,
};

test('a server that has everything has no problem', () => {
  expect(serverProblems(ready, definition, false)).toEqual([]);
});

test.each<[Partial<ServerFacts>, string, 'blocking' | 'warning', string | null]>([
  [{ serverVersion: 120010 }, 'server-too-old', 'blocking', null],
  [{ inRecovery: true }, 'server-is-standby', 'blocking', null],
  [{ walLevel: 'replica' }, 'wal-level', 'blocking', "ALTER SYSTEM SET wal_level = 'logical';"],
  [{ usedReplicationSlots: 10 }, 'no-free-slot', 'blocking', 'ALTER SYSTEM SET max_replication_slots = 15;'],
  [{ usedWalSenders: 10 }, 'no-free-wal-sender', 'blocking', 'ALTER SYSTEM SET max_wal_senders = 15;'],
  [{ mayReplicate: false }, 'no-replication-privilege', 'blocking', 'ALTER ROLE "rep" REPLICATION;'],
  [{ mayCreateInDatabase: false }, 'no-create-privilege', 'blocking', 'GRANT CREATE ON DATABASE "shop" TO "rep";'],
  [{ heartbeatSchemaUsable: false }, 'heartbeat-schema', 'blocking', 'GRANT USAGE, CREATE ON SCHEMA rtdp TO "rep";'],
  [
    { foreignPublications: [{ name: 'rtdp_shop_keyed', owner: 'dba' }] },
    'publication-not-owned',
    'blocking',
    'ALTER PUBLICATION "rtdp_shop_keyed" OWNER TO "rep";',
  ],
  [
    { slot: { plugin: 'wal2json', database: 'shop', walStatus: 'reserved', whole: true, active: false } },
    'slot-taken',
    'blocking',
    "SELECT pg_drop_replication_slot('rtdp_shop');",
  ],
  [
    { slot: { plugin: 'pgoutput', database: 'other', walStatus: 'reserved', whole: true, active: false } },
    'slot-taken',
    'blocking',
    "SELECT pg_drop_replication_slot('rtdp_shop');",
  ],
  [
    { slot: { plugin: 'pgoutput', database: 'shop', walStatus: 'lost', whole: true, active: false } },
    'slot-lost',
    'blocking',
    "SELECT pg_drop_replication_slot('rtdp_shop');",
  ],
  [
    { slot: { plugin: 'pgoutput', database: 'shop', walStatus: 'reserved', whole: true, active: true } },
    'slot-in-use',
    'blocking',
    null,
  ],
  [
    { slot: { plugin: 'pgoutput', database: 'shop', walStatus: 'reserved', whole: true, active: false } },
    'slot-unread',
    'warning',
    null,
  ],
  [{ connectionLimitReached: true }, 'connection-limit', 'warning', 'ALTER ROLE "rep" CONNECTION LIMIT -1;'],
  [{ encoding: 'SQL_ASCII' }, 'encoding', 'warning', null],
  [
    { maxSlotWalKeepMegabytes: -1 },
    'slot-unbounded',
    'warning',
    "ALTER SYSTEM SET max_slot_wal_keep_size = '20480MB'; SELECT pg_reload_conf();",
  ],
  [
    { idleSlotTimeoutMs: 60_000 },
    'slot-idle-timeout',
    'warning',
    'ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();',
  ],
  [
    { walSenderTimeoutMs: 1_000 },
    'wal-sender-timeout',
    'warning',
    "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();",
  ],
])('%j → %s', (facts, code, severity, statement) => {
  const problems = serverProblems({ ...ready, ...facts }, definition, false);
  expect(problems).toMatchObject([{ code, severity, statement }]);
});

test('the slot of an earlier start does not count as one that is missing', () => {
  const slot = { plugin: 'pgoutput', database: 'shop', walStatus: 'reserved', whole: true, active: false };
  expect(serverProblems({ ...ready, usedReplicationSlots: 10, slot }, definition, true)).toEqual([]);
});

test('a slot that is read is no problem where it is our own, nor one that a start of ours is still making', () => {
  const slot = { plugin: 'pgoutput', database: 'shop', walStatus: 'reserved', whole: true, active: true };
  expect(serverProblems({ ...ready, slot }, definition, true)).toEqual([]);
  expect(serverProblems({ ...ready, slot: { ...slot, whole: false } }, definition, false)).toEqual([]);
});
