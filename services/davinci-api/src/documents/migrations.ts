/** Decides what is kept of sources, views, widgets and dashboards, and of who changed them, in the schema `davinci`. */
import type { Knex, Migration } from '@rtdp/service/metadata';

export const DAVINCI_MIGRATIONS: readonly Migration[] = [
  {
    name: '001_documents',
    async up(database, schema) {
      const create = (name: string, columns: (table: Knex.CreateTableBuilder) => void) =>
        database.schema.withSchema(schema).createTable(name, (table) => {
          table.uuid('id').primary();
          table.uuid('organisation_id').notNullable();
          table.text('name').notNullable();
          // Everything that is neither a column here nor a secret, as the API gives it.
          table.jsonb('document').notNullable();
          table.integer('version').notNullable().defaultTo(1);
          table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
          table.timestamp('updated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
          table.text('updated_by').notNullable();
          // What a reference names must belong to the same organisation, so both are one key.
          table.unique(['organisation_id', 'id']);
          columns(table);
        });
      const reference = (table: Knex.CreateTableBuilder, column: string, to: string) => {
        table.uuid(column).notNullable();
        table.foreign(['organisation_id', column]).references(['organisation_id', 'id']).inTable(`${schema}.${to}`);
        table.index(column);
      };
      await create('sources', (table) => {
        table.unique(['organisation_id', 'name']);
        // Sealed; null for a source that is asked with the viewer's own token.
        table.text('secret');
      });
      await create('views', (table) => {
        table.unique(['organisation_id', 'name']);
        reference(table, 'source_id', 'sources');
      });
      await create('widgets', (table) => reference(table, 'view_id', 'views'));
      await create('dashboards', () => undefined);
      await database.schema.withSchema(schema).createTable('dashboard_widgets', (table) => {
        table.uuid('organisation_id').notNullable();
        table.uuid('dashboard_id').notNullable();
        table
          .foreign(['organisation_id', 'dashboard_id'])
          .references(['organisation_id', 'id'])
          .inTable(`${schema}.dashboards`)
          .onDelete('CASCADE');
        reference(table, 'widget_id', 'widgets');
        table.primary(['dashboard_id', 'widget_id']);
      });
      await database.schema.withSchema(schema).createTable('audit', (table) => {
        table.bigIncrements('id');
        table.uuid('organisation_id').notNullable();
        table.timestamp('at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.text('subject').notNullable();
        table.text('action').notNullable();
        table.text('object_id');
        table.text('object_name');
        table.jsonb('facts').notNullable();
        table.index(['organisation_id', 'id']);
        table.index(['organisation_id', 'object_id']);
      });
    },
  },
];
