/** Decides what Moonbox keeps in its own schema of the metadata server; every table carries the organisation. */
import type { Migration } from '@rtdp/service/metadata';

export const MOONBOX_MIGRATIONS: readonly Migration[] = [
  {
    name: '001_catalog',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('databases', (table) => {
        table.uuid('organisation_id').notNullable();
        table.text('name').notNullable();
        table.text('created_by').notNullable();
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.primary(['organisation_id', 'name']);
      });
      await database.schema.withSchema(schema).createTable('mounts', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable();
        table.text('name').notNullable();
        table.text('kind').notNullable();
        // The password in it is sealed.
        table.jsonb('connection').notNullable();
        table.jsonb('schemas');
        table.jsonb('sink_namespace_prefix');
        // Version, collation and time zone, as the server told them last.
        table.jsonb('server');
        table.jsonb('error');
        table.timestamp('refreshed_at', { useTz: true });
        table.text('created_by').notNullable();
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.unique(['organisation_id', 'name']);
      });
      await database.schema.withSchema(schema).createTable('mount_tables', (table) => {
        table.uuid('organisation_id').notNullable();
        table.uuid('mount_id').notNullable().references('id').inTable(`${schema}.mounts`).onDelete('CASCADE');
        table.text('remote_schema').notNullable();
        table.text('remote_table').notNullable();
        // Columns, keys, indexes, row estimate and comment, as they were found.
        table.jsonb('definition').notNullable();
        table.text('sink_namespace');
        table.primary(['mount_id', 'remote_schema', 'remote_table']);
      });
    },
  },
  {
    name: '002_access',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('grants', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable();
        // One of the two.
        table.text('subject');
        table.text('role');
        table.text('database_name').notNullable();
        // null = every table, and every column, also later ones.
        table.text('table_name');
        table.jsonb('columns');
        table.text('granted_by').notNullable();
        table.timestamp('granted_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.index(['organisation_id']);
      });
      await database.schema.withSchema(schema).createTable('passwords', (table) => {
        // The login of the Postgres protocol carries a user and nothing else, so the name is one over all organisations.
        table.text('user_name').primary();
        table.uuid('organisation_id').notNullable();
        table.jsonb('roles').notNullable();
        table.text('scram_verifier').notNullable();
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
      });
    },
  },
  {
    name: '003_audit',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('audit', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable();
        table.text('subject').notNullable();
        table.text('via').notNullable();
        table.text('kind').notNullable();
        table.text('sql').notNullable();
        table.text('database_name');
        table.text('label');
        // [{database, table, columns, sinkNamespace}]
        table.jsonb('tables').notNullable();
        table.text('decision').notNullable();
        table.text('state').notNullable();
        table.bigInteger('rows').notNullable();
        table.double('milliseconds').notNullable();
        table.double('queued_milliseconds').notNullable();
        table.jsonb('error');
        table.timestamp('started_at', { useTz: true, precision: 3 }).notNullable();
        table.index(['organisation_id', 'started_at']);
        table.index(['organisation_id', 'subject', 'started_at']);
        table.index(['organisation_id', 'label', 'started_at']);
      });
    },
  },
  {
    name: '004_changes',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('changes', (table) => {
        table.uuid('organisation_id').primary();
        table.bigInteger('counter').notNullable();
      });
      // Written by the tables themselves, so that no way of changing them is forgotten. The tables of a mount change with its row.
      await database.raw(
        `create function ??.count_change() returns trigger language plpgsql as $count$
         begin
           insert into ??.changes (organisation_id, counter)
             values (case when tg_op = 'DELETE' then old.organisation_id else new.organisation_id end, 1)
             on conflict (organisation_id) do update set counter = changes.counter + 1;
           return null;
         end $count$`,
        [schema, schema],
      );
      for (const table of ['databases', 'mounts', 'grants']) {
        await database.raw(
          'create trigger count_change after insert or update or delete on ??.?? for each row execute function ??.count_change()',
          [schema, table, schema],
        );
      }
    },
  },
  {
    name: '005_views',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('views', (table) => {
        table.uuid('organisation_id').notNullable();
        table.text('database_name').notNullable();
        table.text('name').notNullable();
        // `view`, or `table` for one table under another name.
        table.text('kind').notNullable();
        table.text('sql').notNullable();
        table.jsonb('columns').notNullable();
        // [{written, database, table, columns}]
        table.jsonb('bases').notNullable();
        table.text('owner').notNullable();
        table.jsonb('owner_roles').notNullable();
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('changed_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.primary(['organisation_id', 'database_name', 'name']);
        table
          .foreign(['organisation_id', 'database_name'])
          .references(['organisation_id', 'name'])
          .inTable(`${schema}.databases`)
          .onDelete('CASCADE');
        table.index(['organisation_id', 'owner']);
      });
      await database.raw(
        'create trigger count_change after insert or update or delete on ??.views for each row execute function ??.count_change()',
        [schema, schema],
      );
    },
  },
  {
    name: '006_owner_roles',
    async up(database, schema) {
      // What a user may do now, as it was told last; a token of before may still say more.
      await database.schema.withSchema(schema).createTable('owner_roles', (table) => {
        table.uuid('organisation_id').notNullable();
        table.text('owner').notNullable();
        table.jsonb('roles').notNullable();
        table.primary(['organisation_id', 'owner']);
      });
    },
  },
  {
    name: '007_names_of_subjects',
    async up(database, schema) {
      for (const name of ['audit', 'passwords']) {
        await database.schema.withSchema(schema).alterTable(name, (table) => {
          // By which people know the subject, as its token told.
          table.text('subject_name');
        });
      }
      await database.schema.withSchema(schema).alterTable('passwords', (table) => {
        table.unique(['subject_name']);
      });
    },
  },
];
