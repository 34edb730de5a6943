/** Shows on a real server how each kind of table is sorted, that no application write is ever refused, and that every statement we name mends what it says. */
import { connectionOf } from '@rtdp/testing/connection';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { readSourceDefinition, type SourceDefinition } from '../../catalog/source-definition.ts';
import { checkPostgres } from './check.ts';
import { openSession } from './connection.ts';
import { reconcilePublications } from './publication.ts';

function definitionOf(url: string, user?: string): SourceDefinition {
  const own = connectionOf(url);
  const connection = { ...own, user: user ?? own.user };
  return readSourceDefinition({ name: 'check', kind: 'postgres', connection, tables: 'all' });
}

/** Servers before 18 cannot publish generated columns. */
function isAtLeast18(report: { serverVersion: string }): boolean {
  return Number.parseInt(report.serverVersion, 10) >= 18;
}

/** Each: how it is made, how it must be captured, which problems it has, and a write that must go on working. */
const TABLES: Record<
  string,
  { make: string; capture: string | null; codes: string[]; codesBefore18?: string[]; write?: string }
> = {
  keyed: {
    make: 'CREATE TABLE keyed (id int PRIMARY KEY, v int)',
    capture: 'all changes',
    codes: ['table-identity-not-full'],
    write: 'UPDATE keyed SET v = 2',
  },
  full: {
    make: 'CREATE TABLE "full" (id int PRIMARY KEY, v int); ALTER TABLE "full" REPLICA IDENTITY FULL',
    capture: 'all changes',
    codes: [],
    write: 'UPDATE "full" SET v = 2',
  },
  full_keyless: {
    make: 'CREATE TABLE full_keyless (v int); ALTER TABLE full_keyless REPLICA IDENTITY FULL',
    capture: 'inserts and truncates',
    codes: ['keyless-no-primary-key'],
    write: 'UPDATE full_keyless SET v = 2',
  },
  keyless: {
    make: 'CREATE TABLE keyless (v int)',
    capture: 'inserts and truncates',
    codes: ['keyless-no-primary-key'],
    write: 'UPDATE keyless SET v = 2',
  },
  nothing: {
    make: 'CREATE TABLE nothing (id int PRIMARY KEY, v int); ALTER TABLE nothing REPLICA IDENTITY NOTHING',
    capture: 'inserts and truncates',
    codes: ['keyless-identity-nothing'],
    write: 'UPDATE nothing SET v = 2',
  },
  indexed: {
    make: 'CREATE TABLE indexed (a int NOT NULL, v int); CREATE UNIQUE INDEX indexed_a ON indexed (a); ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_a',
    capture: 'all changes',
    codes: ['table-identity-not-full'],
    write: 'UPDATE indexed SET v = 2',
  },
  index_gone: {
    make: 'CREATE TABLE index_gone (a int NOT NULL, v int); CREATE UNIQUE INDEX index_gone_a ON index_gone (a); ALTER TABLE index_gone REPLICA IDENTITY USING INDEX index_gone_a; DROP INDEX index_gone_a',
    capture: 'inserts and truncates',
    codes: ['keyless-identity-index-gone'],
    write: 'UPDATE index_gone SET v = 2',
  },
  deferrable: {
    make: 'CREATE TABLE "deferrable" (id int PRIMARY KEY DEFERRABLE, v int)',
    capture: 'inserts and truncates',
    codes: ['keyless-deferrable-primary-key'],
    write: 'UPDATE "deferrable" SET id = id + 1',
  },
  unlogged: {
    make: 'CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)',
    capture: null,
    codes: ['table-unlogged', 'table-identity-not-full'],
  },
  generated: {
    make: 'CREATE TABLE generated (id int PRIMARY KEY, v int, s int GENERATED ALWAYS AS (v * 2) STORED)',
    capture: 'all changes',
    codes: ['table-identity-not-full'],
    codesBefore18: ['columns-generated', 'table-identity-not-full'],
    write: 'UPDATE generated SET v = 2',
  },
  parts: {
    make: `CREATE TABLE parts (id int, at date, v int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
    capture: 'all changes',
    codes: ['table-identity-not-full'],
    write: 'UPDATE parts SET v = 2',
  },
  parts_bad: {
    make: `CREATE TABLE parts_bad (id int, v int, PRIMARY KEY (id)) PARTITION BY RANGE (id); CREATE TABLE parts_bad_1 PARTITION OF parts_bad FOR VALUES FROM (0) TO (100); ALTER TABLE parts_bad_1 REPLICA IDENTITY NOTHING`,
    capture: 'inserts and truncates',
    codes: ['keyless-partition-without-identity'],
    write: 'UPDATE parts_bad SET v = 2',
  },
  'Odd.Name"': {
    make: 'CREATE TABLE "Odd.Name""" (id int PRIMARY KEY, "V v" int)',
    capture: 'all changes',
    codes: ['table-identity-not-full'],
    write: 'UPDATE "Odd.Name""" SET "V v" = 2',
  },
};
const INSERTS = `INSERT INTO keyed VALUES (1, 1); INSERT INTO "full" VALUES (1, 1); INSERT INTO full_keyless VALUES (1);
  INSERT INTO keyless VALUES (1); INSERT INTO nothing VALUES (1, 1); INSERT INTO indexed VALUES (1, 1); INSERT INTO index_gone VALUES (1, 1);
  INSERT INTO "deferrable" VALUES (1, 1); INSERT INTO generated VALUES (1, 1); INSERT INTO parts VALUES (1, '2026-02-02', 1);
  INSERT INTO parts_bad VALUES (1, 1); INSERT INTO "Odd.Name""" VALUES (1, 1)`;

test('every kind of table is sorted, and the application can go on writing to all of them', async () => {
  await using shop = await testPostgres();
  for (const { make } of Object.values(TABLES)) await shop.query(make);
  const definition = definitionOf(shop.url);
  const report = await checkPostgres(definition);
  const found = Object.fromEntries(
    report.tables.map(({ table, capture, problems }) => [
      table,
      { capture, codes: problems.map((problem) => problem.code).sort() },
    ]),
  );
  const expected = Object.fromEntries(
    Object.entries(TABLES).map(([name, { capture, codes, codesBefore18 }]) => {
      const wanted = isAtLeast18(report) ? codes : (codesBefore18 ?? codes);
      return [name, { capture, codes: [...wanted].sort() }];
    }),
  );
  expect(found).toEqual(expected);
  // A healthy table misses nothing: what it is told is the same sentence for all of them, and no warning.
  const healthy = report.tables.filter(({ table }) => ['keyed', 'indexed'].includes(table));
  expect(healthy.map(({ problems }) => problems.map(({ severity }) => severity))).toEqual([['advice'], ['advice']]);
  expect(new Set(healthy.flatMap(({ problems }) => problems.map(({ message }) => message))).size).toBe(1);

  await using session = await openSession(definition.connection, 'test');
  const pick = (capture: string) => report.tables.filter((table) => table.capture === capture);
  await session.query('CREATE SCHEMA rtdp; CREATE TABLE rtdp.heartbeat (source text PRIMARY KEY)');
  const wanted = { keyed: pick('all changes'), insertOnly: pick('inserts and truncates') };
  expect((await reconcilePublications(session, definition, wanted)).added).toHaveLength(12);
  await shop.query(INSERTS);
  for (const { write } of Object.values(TABLES))
    if (write !== undefined) expect((await shop.query(write)).rowCount).toBe(1);
  // And the second time there is nothing to do.
  expect(await reconcilePublications(session, definition, wanted)).toEqual({
    added: [],
    removed: [],
    moved: [],
    generatedAdded: false,
  });
});

test.each([
  { how: 'STORED', capture: 'all changes', codes: [] },
  {
    how: 'VIRTUAL',
    capture: 'inserts and truncates',
    codes: ['keyless-full-with-generated-column', 'columns-generated'],
  },
])(
  'from 18 on updates of a full table with a $how generated column that is not published are refused',
  async ({ how, capture, codes }) => {
    await using shop = await testPostgres();
    const definition = definitionOf(shop.url);
    if (!isAtLeast18(await checkPostgres(definition))) return;
    await shop.query(
      `CREATE TABLE v (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) ${how}); ALTER TABLE v REPLICA IDENTITY FULL`,
    );
    const [table] = (await checkPostgres(definition)).tables;
    expect(table).toMatchObject({ capture });
    expect(table!.problems.map(({ code }) => code)).toEqual(codes);
    // As it is captured, its application goes on writing.
    await using session = await openSession(definition.connection, 'test');
    await session.query('CREATE SCHEMA rtdp; CREATE TABLE rtdp.heartbeat (source text PRIMARY KEY)');
    const isKeyed = capture === 'all changes';
    await reconcilePublications(session, definition, {
      keyed: isKeyed ? [table!] : [],
      insertOnly: isKeyed ? [] : [table!],
    });
    await shop.query('INSERT INTO v VALUES (1, 1); UPDATE v SET a = 2');
    // What would have happened.
    await shop.query('CREATE PUBLICATION p FOR TABLE v');
    await expect(shop.query('UPDATE v SET a = 3')).rejects.toThrow('cannot update table "v"');
  },
);

test('each statement that is named for a table mends it', async () => {
  await using shop = await testPostgres();
  for (const name of ['nothing', 'index_gone', 'deferrable', 'unlogged', 'parts_bad'])
    await shop.query(TABLES[name]!.make);
  await shop.query('ALTER TABLE index_gone ADD PRIMARY KEY (a)');
  const before = await checkPostgres(definitionOf(shop.url));
  for (const { problems } of before.tables) {
    for (const { statement } of problems) if (statement !== null) await shop.query(statement);
  }
  const after = await checkPostgres(definitionOf(shop.url));
  expect(after.tables.map(({ table, capture }) => [table, capture])).toEqual(
    before.tables.map(({ table }) => [table, 'all changes']),
  );
});

test('what mends a table that is owned by somebody else makes nobody more than that table takes', async () => {
  await using shop = await testPostgres();
  const [role, owner, administrator] = [uniqueName('reader'), uniqueName('owner'), uniqueName('administrator')];
  await shop.query(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'much-secret'; CREATE ROLE ${owner}`);
  await shop.query(`CREATE ROLE ${administrator}; GRANT ${connectionOf(shop.url).user} TO ${administrator}`);
  try {
    await shop.query(`GRANT CREATE ON DATABASE ${shop.name} TO ${role}`);
    await shop.query(
      'CREATE TABLE by_superuser (id int PRIMARY KEY); CREATE TABLE by_administrator (id int PRIMARY KEY)',
    );
    await shop.query('CREATE TABLE by_owner (id int PRIMARY KEY); ALTER TABLE by_owner ENABLE ROW LEVEL SECURITY');
    await shop.query(`ALTER TABLE by_administrator OWNER TO ${administrator}; ALTER TABLE by_owner OWNER TO ${owner}`);
    const definition = definitionOf(shop.url);
    Object.assign(definition.connection, { user: role, password: 'much-secret' });
    const before = await checkPostgres(definition);
    const statements = before.tables.flatMap(({ problems }) =>
      problems.flatMap(({ severity, statement }) => (severity === 'blocking' ? [statement ?? ''] : [])),
    );
    const reading = (table: string) =>
      `GRANT USAGE ON SCHEMA "public" TO "${role}"; GRANT SELECT ON "public"."${table}" TO "${role}";`;
    expect(statements).toEqual([
      `ALTER TABLE "public"."by_administrator" OWNER TO "${role}";`,
      reading('by_administrator'),
      // Row security holds for no owner, unless it is forced.
      `GRANT "${owner}" TO "${role}";`,
      reading('by_owner'),
      `ALTER TABLE "public"."by_superuser" OWNER TO "${role}";`,
      reading('by_superuser'),
    ]);
    expect(before.tables.map(({ problems }) => problems[0]?.message)).toContain(
      `"${role}" does not own "public"."by_superuser"; only an owner may add a table to a publication. A member of its owner, "${connectionOf(shop.url).user}", could become a superuser: give the table to a role that cannot.`,
    );
    for (const statement of statements) await shop.query(statement);
    const after = await checkPostgres(definition);
    expect(after.tables.map(({ table, capture }) => [table, capture])).toEqual([
      ['by_administrator', 'all changes'],
      ['by_owner', 'all changes'],
      ['by_superuser', 'all changes'],
    ]);
    // Forced, it holds for the owner too.
    await shop.query('ALTER TABLE by_owner FORCE ROW LEVEL SECURITY');
    const forced = (await checkPostgres(definition)).tables.find(({ table }) => table === 'by_owner');
    expect(forced?.problems).toContainEqual(
      expect.objectContaining({ code: 'table-row-security', statement: `ALTER ROLE "${role}" BYPASSRLS;` }),
    );
  } finally {
    for (const name of [role, owner, administrator])
      await shop.query(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`);
  }
});
