/** Decides what Wormhole keeps in its own schema of the metadata server; every table carries the organisation. */
import { figuresMigration, figuresOfProcessesMigration } from '@rtdp/service/figure-ring';
import type { Migration } from '@rtdp/service/metadata';

export const WORMHOLE_MIGRATIONS: readonly Migration[] = [
  {
    name: '001_flows',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('flows', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable();
        table.text('name').notNullable();
        // The definition as read, the password in it sealed.
        table.jsonb('definition').notNullable();
        // 'rest', or 'file:<name>' for one that a file of the flows folder owns.
        table.text('origin').notNullable();
        // What somebody asked for: running, paused, stopped. What it is now is the running process' own.
        table.text('wanted').notNullable();
        table.text('state').notNullable();
        table.jsonb('reason');
        // Pull requests that were made for `from: pull`: null until DBus has taken them.
        table.jsonb('pull');
        table.integer('revision').notNullable().defaultTo(1);
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.unique(['organisation_id', 'name']);
      });
      await database.schema.withSchema(schema).createTable('flow_partitions', (table) => {
        table.uuid('organisation_id').notNullable();
        table.uuid('flow_id').notNullable().references('id').inTable(`${schema}.flows`).onDelete('CASCADE');
        table.text('topic').notNullable();
        table.integer('partition').notNullable();
        // Where the flow began, resolved once from its `from`.
        table.bigInteger('first_offset').notNullable();
        // Every message below is stored, or belongs to a table that is registered below with a smaller offset.
        table.bigInteger('next_offset').notNullable();
        table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.primary(['flow_id', 'topic', 'partition']);
      });
      await database.schema.withSchema(schema).createTable('flow_tables', (table) => {
        table.uuid('organisation_id').notNullable();
        table.uuid('flow_id').notNullable().references('id').inTable(`${schema}.flows`).onDelete('CASCADE');
        table.text('sink_schema').notNullable();
        table.text('sink_table').notNullable();
        table.text('sink_identity').notNullable();
        // Source tables (namespace without version) that feed it → the namespace and fields last adopted of each.
        table.jsonb('sources').notNullable();
        // The fields the sink table was made for.
        table.jsonb('fields').notNullable();
        table.boolean('paused').notNullable().defaultTo(false);
        table.jsonb('reason');
        table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.primary(['flow_id', 'sink_schema', 'sink_table']);
        // One writing flow per sink table.
        table.unique(['sink_identity']);
      });
      await database.schema.withSchema(schema).createTable('progress', (table) => {
        table.uuid('organisation_id').notNullable();
        table.uuid('flow_id').notNullable().references('id').inTable(`${schema}.flows`).onDelete('CASCADE');
        table.text('sink_schema').notNullable();
        table.text('sink_table').notNullable();
        table.text('topic').notNullable();
        table.integer('partition').notNullable();
        table.bigInteger('epoch').notNullable();
        table.bigInteger('next_offset').notNullable();
        table.text('watermark');
        table.bigInteger('commit_number').notNullable().defaultTo(0);
        // The pull whose rows are arriving in this partition.
        table.text('open_pull');
        table.text('worker').notNullable();
        table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.primary(['flow_id', 'sink_schema', 'sink_table', 'topic', 'partition']);
      });
    },
  },
  {
    name: '002_dead_letters',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('dead_letter_messages', (table) => {
        table.bigIncrements('id');
        table.uuid('organisation_id').notNullable();
        table.text('topic').notNullable();
        table.integer('partition').notNullable();
        table.bigInteger('message_offset').notNullable();
        table.binary('raw').notNullable();
        table.unique(['organisation_id', 'topic', 'partition', 'message_offset']);
      });
      await database.schema.withSchema(schema).createTable('dead_letters', (table) => {
        table.bigIncrements('id');
        table.uuid('organisation_id').notNullable();
        table.uuid('flow_id').notNullable().references('id').inTable(`${schema}.flows`).onDelete('CASCADE');
        table.text('sink_schema').notNullable();
        table.text('sink_table').notNullable();
        table.text('namespace').notNullable();
        table.text('topic').notNullable();
        table.integer('partition').notNullable();
        table.bigInteger('message_offset').notNullable();
        // The row within its message, from 0; -1 when the message itself could not be read.
        table.integer('row_number').notNullable();
        table.text('ums_id').notNullable();
        table.text('operation').notNullable();
        table.text('kind').notNullable();
        // decode, the name of a step, or sink.
        table.text('step').notNullable();
        table.jsonb('reason').notNullable();
        // The row as the message holds it, and as somebody edited it.
        table.jsonb('tuple');
        table.jsonb('edited');
        table.text('status').notNullable().defaultTo('open');
        table.integer('attempts').notNullable().defaultTo(0);
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('changed_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.text('changed_by');
        table.unique(['flow_id', 'sink_schema', 'sink_table', 'topic', 'partition', 'message_offset', 'row_number']);
        table.index(['flow_id', 'status']);
      });
    },
  },
  figuresMigration('003_figures'),
  {
    name: '004_topic_owned',
    async up(database, schema) {
      await database.schema.withSchema(schema).alterTable('flows', (table) => {
        // False until DBus has said so once: also for the flows that there are.
        table.boolean('topic_owned').notNullable().defaultTo(false);
      });
    },
  },
  figuresOfProcessesMigration('005_figures_of_workers'),
  {
    name: '006_verifications',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('verifications', (table) => {
        // Of this one run.
        table.uuid('id').notNullable().unique();
        table.uuid('organisation_id').notNullable();
        // The newest of each flow.
        table.uuid('flow_id').primary().references('id').inTable(`${schema}.flows`).onDelete('CASCADE');
        table.text('state').notNullable();
        table.jsonb('reason');
        // The one sink table that was asked for.
        table.text('sink_table');
        table.boolean('equal').notNullable();
        // Not jsonb, which would put the key columns of a row into an order of its own.
        table.json('tables').notNullable();
        table.jsonb('progress');
        table.timestamp('started_at', { useTz: true }).notNullable();
        table.timestamp('ended_at', { useTz: true });
        // One that runs after this time has lost its process.
        table.timestamp('heard_until', { useTz: true }).notNullable();
      });
    },
  },
];
