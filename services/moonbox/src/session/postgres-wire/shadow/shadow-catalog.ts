/**
 * Decides which shadow database answers a user: one for each picture of what is seen, made when it is first asked for, dropped when the gateway ends.
 *
 * Users of one organisation who see the same share a database. Each database has a role of its own that may read it and connect to no other, so
 * nothing that a catalog query can do reaches beyond what its user sees.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import pg from 'pg';
import type { Principal } from '../../../query/contract.ts';
import type { ShadowCatalog, ShadowLease, VisibleCatalog, VisibleDatabase } from '../contract.ts';
import { CatalogError } from '../to-wire-error.ts';
import { mirrorStatements, pictureHash } from './mirror-statements.ts';
import type { OpenShadowConnection } from './shadow-connection.ts';
import { catalogUnavailable, literal, type ShadowAddress } from './shadow-connection.ts';
import { ShadowPool } from './shadow-pool.ts';
import type { Sight, StatementSight, SteadySight } from './steady-sight.ts';
import { OWNER_ROLE, templateStatements } from './template-statements.ts';

export interface ShadowCatalogOptions {
  /** A superuser's address; its database only serves to connect to. */
  readonly url: string;
  readonly catalog: VisibleCatalog;
  readonly logger: Logger;
}

/** Also holds where a client has set no limit, or a longer one. */
const ROLE_TIMEOUT_MS = 30_000;
/** A picture nobody asked for any more. */
const DROP_AFTER_MS = 10 * 60_000;

interface Picture {
  readonly pool: ShadowPool;
  usedAt: number;
}

/** @throws RtdpError WIRE_CATALOG_UNAVAILABLE */
export async function openShadowCatalog(options: ShadowCatalogOptions): Promise<ShadowCatalog> {
  const shadow = new Shadow(options);
  await shadow.open();
  return shadow;
}

class Shadow implements ShadowCatalog {
  serverVersion = '';
  readonly #catalog: VisibleCatalog;
  readonly #logger: Logger;
  readonly #url: URL;
  /** Begins the names of all our databases and roles; others on the server have another. */
  readonly #prefix: string;
  #knownTypes: ReadonlySet<string> = new Set();
  #template: Promise<string> | undefined;
  #pictures = new Map<string, Promise<Picture>>();
  #seen = new Map<string, Sight>();

  constructor({ url, catalog, logger }: ShadowCatalogOptions) {
    this.#url = new URL(url);
    this.#catalog = catalog;
    this.#logger = logger;
    this.#prefix = `moonbox_${createHash('sha256').update(this.#url.pathname).digest('hex').slice(0, 8)}_`;
  }

  async open(): Promise<void> {
    await this.#asSuperuser(undefined, async (client) => {
      const { rows } = await client.query<{ version: string; super: boolean }>(
        `select current_setting('server_version') as version, usesuper as super from pg_user where usename = current_user`,
      );
      if (rows[0]?.super !== true) {
        throw new RtdpError({
          code: 'WIRE_CATALOG_UNAVAILABLE',
          message:
            'The user of RTDP_SHADOW_URL is no superuser, so it cannot close the shadow databases against each other.',
          next: 'Give the gateway a Postgres of its own for this, with a superuser.',
        });
      }
      this.serverVersion = rows[0].version.split(' ')[0]!;
      const types = await client.query<{ name: string }>(
        `select format_type(oid, null) as name from pg_type
         where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm') and typcategory <> 'A'`,
      );
      this.#knownTypes = new Set(types.rows.map(({ name }) => name));
      await client.query(
        `do $$ begin create role ${OWNER_ROLE} nologin; exception when duplicate_object or unique_violation then null; end $$`,
      );
      await this.#dropLeftovers(client);
    });
    // So that the first who asks need not wait for it; whoever asks then hears what is wrong with it.
    void this.#templateName();
  }

  async databaseNames(principal: Principal): Promise<readonly string[]> {
    return (await this.#look(principal)).databaseNames;
  }

  lookAgain(principal: Principal): Promise<void> {
    return this.#catalog.lookAgain(principal);
  }

  async lease(principal: Principal, sight: SteadySight, statement: StatementSight): Promise<ShadowLease> {
    const { hash, databases, databaseNames } = sight.choose(await this.#look(principal), statement);
    let picture = await this.#picture(hash, databases);
    let connection: OpenShadowConnection;
    try {
      connection = await picture.pool.take();
    } catch (error) {
      if (!isGone(error)) throw error instanceof RtdpError ? error : catalogUnavailable(error);
      // Somebody dropped it, or the server is another one now.
      this.#pictures.delete(hash);
      this.#template = undefined;
      picture = await this.#picture(hash, databases);
      connection = await picture.pool.take();
    }
    picture.usedAt = Date.now();
    return {
      databaseNames,
      connection,
      release(changed) {
        if (changed) connection.forgetSettings();
        picture.pool.giveBack(connection);
        sight.answered();
      },
    };
  }

  async close(): Promise<void> {
    const pictures = await Promise.allSettled(this.#pictures.values());
    for (const result of pictures) if (result.status === 'fulfilled') result.value.pool.close();
    this.#pictures.clear();
    await this.#template?.catch(() => undefined);
    try {
      await this.#asSuperuser(undefined, (client) => this.#dropLeftovers(client));
    } catch (error) {
      // They are dropped at the next start.
      this.#logger.warn({ err: error }, 'shadow databases stay behind');
    }
  }

  async #look(principal: Principal): Promise<Sight> {
    const user = `${principal.organisationId} ${principal.subject} ${principal.roles.join(',')}`;
    const version = await this.#catalog.version(principal);
    const seen = this.#seen.get(user);
    if (seen?.version === version) return seen;
    const databases = [...(await this.#catalog.read(principal))].sort((a, b) => (a.name < b.name ? -1 : 1));
    const hash = pictureHash(principal.organisationId, databases);
    const sight = { version, hash, databases, databaseNames: databases.map(({ name }) => name) };
    this.#seen.set(user, sight);
    return sight;
  }

  #picture(hash: string, databases: readonly VisibleDatabase[]): Promise<Picture> {
    let picture = this.#pictures.get(hash);
    if (picture === undefined) {
      picture = this.#make(hash, databases);
      this.#pictures.set(hash, picture);
      // The next one tries again.
      picture.catch(() => this.#pictures.delete(hash));
      void this.#dropUnused();
    }
    return picture;
  }

  async #make(hash: string, databases: readonly VisibleDatabase[]): Promise<Picture> {
    const begun = performance.now();
    const database = `${this.#prefix}${hash}`;
    const password = createHmac('sha256', this.#url.href).update(database).digest('hex');
    try {
      const template = await this.#templateName();
      await this.#asSuperuser(undefined, async (client) => {
        const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
        if (rowCount !== 0) return;
        await client.query(
          `do $$ begin create role ${database} login nosuperuser nocreatedb nocreaterole noinherit noreplication;
           exception when duplicate_object or unique_violation then null; end $$`,
        );
        await client.query(`alter role ${database} password ${literal(password)}`);
        await client.query(`alter role ${database} set default_transaction_read_only = on`);
        await client.query(`alter role ${database} set temp_file_limit = '64MB'`);
        await client.query(`alter role ${database} set statement_timeout = ${ROLE_TIMEOUT_MS}`);
        // Built under another name, so that whoever finds it by its own finds it whole.
        const building = `${this.#prefix}b${randomBytes(8).toString('hex')}`;
        await client.query(`create database ${building} template ${template}`);
        await client.query(`revoke all on database ${building} from public`);
        await client.query(`grant connect on database ${building} to ${database}`);
        await client.query(`grant create on database ${building} to ${OWNER_ROLE}`);
        try {
          await this.#asSuperuser(building, async (inside) => {
            await inside.query(mirrorStatements(databases, database, this.#knownTypes).join(';\n'));
          });
          await client.query(`alter database ${building} rename to ${database}`);
        } catch (error) {
          await client.query(`drop database if exists ${building}`);
          throw error;
        }
      });
    } catch (error) {
      // Another gateway that starts drops what it takes for left behind, the template too.
      this.#template = undefined;
      throw error instanceof RtdpError ? error : catalogUnavailable(error);
    }
    this.#logger.debug({ database, milliseconds: performance.now() - begun }, 'shadow database is made');
    const address: ShadowAddress = { ...this.#server(), database, user: database, password };
    return {
      pool: new ShadowPool(address),
      usedAt: Date.now(),
    };
  }

  #templateName(): Promise<string> {
    if (this.#template === undefined) {
      this.#template = this.#makeTemplate();
      // The next one tries again.
      this.#template.catch(() => {
        this.#template = undefined;
      });
    }
    return this.#template;
  }

  async #makeTemplate(): Promise<string> {
    const template = `${this.#prefix}t${randomBytes(8).toString('hex')}`;
    await this.#asSuperuser(undefined, async (client) => {
      await client.query(`create database ${template} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`);
    });
    await this.#asSuperuser(template, async (client) => {
      for (const statement of templateStatements()) await client.query(statement);
    });
    return template;
  }

  async #dropUnused(): Promise<void> {
    const inUse = new Set([...this.#seen.values()].map(({ hash }) => hash));
    for (const [hash, pending] of this.#pictures) {
      // One that could not be made has told so to who asked for it.
      const picture = await pending.catch(() => undefined);
      if (picture === undefined) continue;
      try {
        if (inUse.has(hash) && Date.now() - picture.usedAt < DROP_AFTER_MS) continue;
        if (picture.pool.isBusy || Date.now() - picture.usedAt < DROP_AFTER_MS / 10) continue;
        this.#pictures.delete(hash);
        picture.pool.close();
        await this.#asSuperuser(undefined, (client) => drop(client, `${this.#prefix}${hash}`));
      } catch (error) {
        this.#logger.warn({ err: error, hash }, 'a shadow database could not be dropped');
      }
    }
  }

  /** Ours of an earlier run. One that another Moonbox uses refuses, and stays. */
  async #dropLeftovers(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database where starts_with(datname, $1)
       union select rolname from pg_roles where starts_with(rolname, $1)`,
      [this.#prefix],
    );
    for (const { name } of rows) {
      try {
        await drop(client, name);
      } catch (error) {
        this.#logger.debug({ err: error, database: name }, 'a shadow database stays');
      }
    }
  }

  #server(): { host: string; port: number } {
    return {
      host: this.#url.searchParams.get('host') ?? this.#url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(this.#url.port || 5432),
    };
  }

  async #asSuperuser(database: string | undefined, work: (client: pg.Client) => Promise<void>): Promise<void> {
    const url = new URL(this.#url);
    if (database !== undefined) url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href, application_name: 'rtdp-moonbox-shadow' });
    // An error of the connection also fails the statement that waits on it.
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      throw catalogUnavailable(error);
    }
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
}

/** The database, or the role that may connect to it, is not there: databases that go take their role along. */
function isGone(error: unknown): boolean {
  return error instanceof CatalogError && ['3D000', '28P01', '28000'].includes(error.fields.get('C') ?? '');
}

async function drop(client: pg.Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${name}`);
  await client.query(`drop role if exists ${name}`);
}
