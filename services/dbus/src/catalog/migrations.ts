/** Decides the tables of the catalog: schema `dbus` of the metadata server; each carries the organisation it belongs to. */
import { figuresMigration, figuresOfProcessesMigration } from '@rtdp/service/figure-ring';
import type { Knex, Migration } from '@rtdp/service/metadata';

export const DBUS_MIGRATIONS: readonly Migration[] = [
  { name: '001-catalog', up: createCatalogTables },
  { name: '002-cancelled-pulls', up: noteUntoldCancellations },
  figuresMigration('003-figures'),
  { name: '004-leases', up: addLeases },
  { name: '005-lost-tables', up: noteLostTables },
  { name: '006-topics', up: recordOwners },
  figuresOfProcessesMigration('007-figures-of-processes'),
];

/** A topic that sources of two organisations write is left without an owner: nobody is shown the other's rows. */
async function recordOwners(database: Knex, schema: string): Promise<void> {
  await database.schema.withSchema(schema).createTable('topics', (table) => {
    table.text('topic').primary();
    table.uuid('organisation_id').notNullable().index();
    // What made it this organisation's: a source, or somebody.
    table.text('origin').notNullable();
    table.timestamp('owned_since', { useTz: true }).notNullable().defaultTo(database.fn.now());
  });
  await database.raw(
    `INSERT INTO ??.topics (topic, organisation_id, origin)
     SELECT topic, min(organisation_id::text)::uuid, 'source ' || min(name)
       FROM (SELECT organisation_id, name,
                    coalesce(definition->>'topic', 'postgresql.' || coalesce(definition->>'instance', name)) AS topic
               FROM ??.sources
             UNION ALL
             SELECT organisation_id, name, 'postgresql.' || coalesce(definition->>'instance', name) FROM ??.sources) AS written
      WHERE topic NOT LIKE 'rtdp.%' AND topic NOT LIKE '\\_\\_%'
      GROUP BY topic HAVING count(DISTINCT organisation_id) = 1`,
    [schema, schema, schema],
  );
}

/** A table that was captured and may not be any more, with what stands in the way; one that was taken out has none. */
async function noteLostTables(database: Knex, schema: string): Promise<void> {
  await database.schema.withSchema(schema).alterTable('tables', (table) => {
    table.jsonb('lost_because');
  });
}

/** Which process streams a source, and until when it counts as alive. */
async function addLeases(database: Knex, schema: string): Promise<void> {
  await database.schema.withSchema(schema).alterTable('sources', (table) => {
    table.text('held_by');
    table.timestamp('held_until', { useTz: true });
  });
}

/** A cancelled pull is told to the sinks; one that was cancelled while its source stood still is told later. */
async function noteUntoldCancellations(database: Knex, schema: string): Promise<void> {
  await database.schema.withSchema(schema).alterTable('pulls', (table) => {
    table.boolean('cancel_untold').notNullable().defaultTo(false);
  });
}

async function createCatalogTables(database: Knex, schema: string): Promise<void> {
  // A builder runs all it was ever told: a new one for each table.
  const make = (): Knex.SchemaBuilder => database.schema.withSchema(schema);
  await make().createTable('sources', (table) => {
    table.uuid('id').primary();
    table.uuid('organisation_id').notNullable().index();
    table.text('name').notNullable().unique();
    table.text('kind').notNullable();
    // As given, without the password.
    table.jsonb('definition').notNullable();
    table.text('sealed_password').notNullable();
    table.text('origin').notNullable();
    // What was asked for, and what is; they differ while something is under way or wrong.
    table.text('wanted').notNullable();
    table.text('state').notNullable();
    table.jsonb('reason');
    // Set once the slot was made: a slot that is missing later is lost, not new.
    table.timestamp('slot_made_at', { useTz: true });
    table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
    table.timestamp('changed_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
  });
  await make().createTable('tables', (table) => {
    inSource(table);
    table.text('schema_name').notNullable();
    table.text('table_name').notNullable();
    table.specificType('key_columns', 'text[]').notNullable();
    table.boolean('insert_only').notNullable();
    // The transaction that all running ones must have passed before the first read; null once they have.
    table.text('barrier');
    table.boolean('pull_wanted').notNullable();
    table.timestamp('captured_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
    table.timestamp('removed_at', { useTz: true });
    table.primary(['source_id', 'schema_name', 'table_name']);
  });
  await make().createTable('schema_versions', (table) => {
    inSource(table);
    table.text('schema_name').notNullable();
    table.text('table_name').notNullable();
    table.integer('version').notNullable();
    table.integer('major').notNullable();
    table.jsonb('fields').notNullable();
    table.text('fingerprint').notNullable();
    // Against the version before; null for the first.
    table.jsonb('diff');
    table.boolean('compatible').notNullable();
    table.timestamp('seen_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
    table.primary(['source_id', 'schema_name', 'table_name', 'version']);
  });
  await make().createTable('pulls', (table) => {
    table.uuid('id').primary();
    inSource(table);
    table.text('schema_name').notNullable();
    table.text('table_name').notNullable();
    table.text('state').notNullable();
    table.text('cause').notNullable();
    table.integer('batch_id');
    table.bigInteger('first_id');
    table.integer('chunks').notNullable().defaultTo(0);
    table.bigInteger('rows').notNullable().defaultTo(0);
    table.bigInteger('bytes').notNullable().defaultTo(0);
    table.bigInteger('dead_letters').notNullable().defaultTo(0);
    table.bigInteger('estimated_rows').notNullable().defaultTo(0);
    // Key of the last row of the last finished chunk, in the source's text.
    table.jsonb('position');
    table.double('busy_seconds').notNullable().defaultTo(0);
    table.jsonb('reason');
    table.text('asked_by').notNullable();
    table.uuid('rerun_of');
    table.timestamp('asked_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
    table.timestamp('started_at', { useTz: true });
    table.timestamp('progressed_at', { useTz: true });
    table.timestamp('ended_at', { useTz: true });
    table.index(['source_id', 'state']);
  });
  await make().createTable('chunks', (table) => {
    table.uuid('organisation_id').notNullable();
    table.uuid('pull_id').notNullable().references('id').inTable(`${schema}.pulls`).onDelete('CASCADE');
    table.integer('number').notNullable();
    table.bigInteger('first_id').notNullable();
    table.bigInteger('rows').notNullable();
    table.bigInteger('bytes').notNullable();
    table.jsonb('after_key');
    table.jsonb('last_key');
    table.text('snapshot').notNullable();
    table.integer('attempts').notNullable();
    table.double('seconds').notNullable();
    table.timestamp('ended_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
    table.primary(['pull_id', 'number']);
  });
  await make().createTable('reread_positions', (table) => {
    inSource(table);
    table.integer('partition').notNullable();
    table.bigInteger('next_offset').notNullable();
    table.primary(['source_id', 'partition']);
  });
  await make().createTable('events', (table) => {
    table.bigIncrements('id');
    table.uuid('organisation_id').notNullable();
    // No foreign key: what happened to a source outlives it.
    table.text('source_name').notNullable().index();
    table.text('kind').notNullable();
    table.text('sentence').notNullable();
    table.jsonb('facts').notNullable();
    table.text('subject').notNullable();
    table.timestamp('at', { useTz: true }).notNullable().defaultTo(database.fn.now());
  });

  function inSource(table: Knex.CreateTableBuilder): void {
    table.uuid('organisation_id').notNullable();
    table.uuid('source_id').notNullable().references('id').inTable(`${schema}.sources`).onDelete('CASCADE');
  }
}
