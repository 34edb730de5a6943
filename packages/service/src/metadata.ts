/** Decides how a service reaches its metadata: its own schema in the metadata Postgres, migrated forward at start. */
import { RtdpError } from '@rtdp/ums/error';
import knex, { type Knex } from 'knex';
import pg from 'pg';

export type { Knex } from 'knex';

/** A migration is code, so that it needs no folder lookup; names sort in the order they run. */
export interface Migration {
  name: string;
  up(database: Knex, schema: string): Promise<void>;
}

export interface MetadataOptions {
  /** `postgres://…` of the metadata server. */
  url: string;
  /** The schema this service owns. */
  schema: string;
  migrations: readonly Migration[];
  poolSize?: number;
}

/**
 * Connects, makes the schema if it is missing and the role may, and runs the migrations that have not run.
 * Two services that start at once take turns.
 * @throws RtdpError SERVICE_METADATA_UNREACHABLE
 */
export async function openMetadata(options: MetadataOptions): Promise<Knex> {
  const database = knex({
    client: 'pg',
    connection: { connectionString: options.url, application_name: `rtdp-${options.schema}` },
    searchPath: [options.schema],
    pool: { min: 0, max: options.poolSize ?? 8 },
  });
  try {
    await oneAtATime(options, () => migrate(database, options));
    return database;
  } catch (error) {
    await database.destroy();
    throw new RtdpError({
      code: 'SERVICE_METADATA_UNREACHABLE',
      message: `the metadata server could not be used for schema ${options.schema}: ${error instanceof Error ? error.message : String(error)}`,
      next: 'Check that the metadata Postgres runs and that RTDP_METADATA_URL names a role that owns this schema.',
      facts: { schema: options.schema },
      cause: error,
    });
  }
}

async function migrate(database: Knex, options: MetadataOptions): Promise<void> {
  const { rows } = await database.raw('select 1 from information_schema.schemata where schema_name = ?', [
    options.schema,
  ]);
  if (rows.length === 0) await database.raw('create schema if not exists ??', [options.schema]);
  await database.migrate.latest({
    schemaName: options.schema,
    tableName: 'migrations',
    migrationSource: {
      getMigrations: async () => [...options.migrations].sort((a, b) => (a.name < b.name ? -1 : 1)),
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: async (migration: Migration) => ({
        up: (connection: Knex) => migration.up(connection, options.schema),
        down: async () => {
          throw new Error('migrations only go forward');
        },
      }),
    },
  });
}

/** Knex makes its own bookkeeping tables without a lock, so two services that start at once would collide there. */
async function oneAtATime(options: MetadataOptions, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: `rtdp-${options.schema}-migrations`,
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`rtdp migrations ${options.schema}`]);
    await work();
  } finally {
    await client.end();
  }
}
