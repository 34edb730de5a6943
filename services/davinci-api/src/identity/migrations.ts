/** Decides what is kept of organisations, users and their sessions, in the schema `identity`; nothing in it can be used to sign in. */
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import type { Migration } from '@rtdp/service/metadata';

export const IDENTITY_MIGRATIONS: readonly Migration[] = [
  {
    name: '001_identity',
    async up(database, schema) {
      const inSchema = () => database.schema.withSchema(schema);
      await inSchema().createTable('organisations', (table) => {
        table.uuid('organisation_id').primary();
        table.text('name').notNullable();
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
      });
      await database.withSchema(schema).table('organisations').insert({
        organisation_id: FIRST_ORGANISATION_ID,
        name: 'RTDP',
      });
      await inSchema().createTable('users', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable().references('organisation_id').inTable(`${schema}.organisations`);
        // Lower case: one person cannot be two by spelling.
        table.text('email').notNullable().unique();
        table.text('name').notNullable();
        table.text('role').notNullable();
        // argon2id; null as long as the user has only signed in by link.
        table.text('password_hash');
        table.text('language').notNullable().defaultTo('system');
        table.text('theme').notNullable().defaultTo('system');
        table.boolean('disabled').notNullable().defaultTo(false);
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('last_seen_at', { useTz: true });
      });
      // One row a sign-in; its refresh tokens follow each other, and only hashes of the last two are kept.
      await inSchema().createTable('sessions', (table) => {
        table.uuid('id').primary();
        table.uuid('organisation_id').notNullable();
        table.uuid('user_id').notNullable().references('id').inTable(`${schema}.users`).onDelete('CASCADE');
        table.text('token_hash').notNullable();
        table.text('previous_token_hash');
        table.timestamp('rotated_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('created_at', { useTz: true }).notNullable().defaultTo(database.fn.now());
        table.timestamp('expires_at', { useTz: true }).notNullable();
        table.timestamp('revoked_at', { useTz: true });
        table.index(['user_id']);
        table.index(['expires_at']);
      });
      await inSchema().createTable('login_links', (table) => {
        table.text('code_hash').primary();
        table.uuid('organisation_id').notNullable();
        table.uuid('user_id').notNullable().references('id').inTable(`${schema}.users`).onDelete('CASCADE');
        table.text('created_by').notNullable();
        table.timestamp('expires_at', { useTz: true }).notNullable();
        table.timestamp('used_at', { useTz: true });
      });
    },
  },
  {
    name: '002_session_seeds',
    async up(database, schema) {
      await database.schema.withSchema(schema).alterTable('sessions', (table) => {
        // Each refresh token follows from the one before it and this, so that one that is asked for twice is the same.
        table.text('seed').notNullable().defaultTo(database.raw('gen_random_uuid()::text || gen_random_uuid()::text'));
      });
    },
  },
  {
    name: '003_wire_logins',
    async up(database, schema) {
      await database.schema.withSchema(schema).createTable('wire_logins_to_end', (table) => {
        table.uuid('user_id').primary().references('id').inTable(`${schema}.users`).onDelete('CASCADE');
        table.uuid('organisation_id').notNullable();
        table.uuid('change').notNullable();
        table.timestamp('asked_at', { useTz: true }).notNullable();
        table.timestamp('told_at', { useTz: true });
      });
    },
  },
  {
    name: '004_sign_in_generations',
    async up(database, schema) {
      await database.schema.withSchema(schema).alterTable('users', (table) => {
        // Grows whenever every sign-in ends; the tokens say which one they are of.
        table.integer('generation').notNullable().defaultTo(0);
      });
    },
  },
  {
    name: '005_generations_of_sessions_and_links',
    async up(database, schema) {
      for (const name of ['sessions', 'login_links']) {
        await database.schema.withSchema(schema).alterTable(name, (table) => {
          // The user's when it began: it is over as soon as the user's own is another, whoever lives to mark it.
          table.integer('generation').notNullable().defaultTo(0);
        });
        await database.raw(
          'update ??.?? as of_user set generation = users.generation from ??.users where users.id = of_user.user_id',
          [schema, name, schema],
        );
      }
    },
  },
];
