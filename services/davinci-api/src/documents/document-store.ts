/** Keeps one kind of document (sources, views, widgets, dashboards) with its version: a change names the version it was made from. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { AuditStore } from '../audit/audit-store.ts';
import type { DocumentChanges } from './document-changes.ts';

export type DocumentKind = 'source' | 'view' | 'widget' | 'dashboard';

/** What every kind has, beside its own content. */
export interface DocumentHead {
  id: string;
  name: string;
  version: number;
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
}

export interface Author {
  subject: string;
  organisationId: string;
}

export interface DocumentStoreOptions<Content extends object> {
  database: Knex;
  audit: AuditStore;
  changes: DocumentChanges;
  kind: DocumentKind;
  /** No name is given twice, though the table has no index for it: there may be pairs from before, which stay. */
  claimsName?: boolean;
  /** Columns beside the document: references that the database checks, sealed secrets. */
  columns?: (content: Content) => Record<string, unknown>;
  /** Which part of the content goes into the document; secrets do not. */
  kept?: (content: Content) => object;
  /** Runs in the transaction of each change, for rows that belong to the document. */
  alsoWrite?: (transaction: Knex, author: Author, id: string, content: Content) => Promise<void>;
}

export type Stored<Content> = DocumentHead & Content;

/** `id` and `version` as a request names them. */
export interface DocumentInput {
  id?: string | undefined;
  name: string;
  version?: number | undefined;
}

const RECENT_MS = 1_000;
const MOST_RECENT = 10_000;
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

export class DocumentStore<Content extends object> {
  readonly kind: DocumentKind;
  readonly #options: DocumentStoreOptions<Content>;
  readonly #table: string;
  readonly #recent = new Map<string, { at: number; document: Promise<Stored<Content>> }>();

  constructor(options: DocumentStoreOptions<Content>) {
    this.#options = options;
    this.kind = options.kind;
    this.#table = `${options.kind}s`;
    options.changes.listen(() => this.#recent.clear());
  }

  async list(organisationId: string): Promise<Stored<Content>[]> {
    return (await this.#rows(organisationId).orderBy(['name', 'id'])).map((row) => this.#read(row));
  }

  /** Those that exist, in no particular order. */
  async findMany(organisationId: string, ids: readonly string[]): Promise<Stored<Content>[]> {
    if (ids.length === 0) return [];
    return (await this.#rows(organisationId).whereIn('id', [...ids])).map((row) => this.#read(row));
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND */
  async get(organisationId: string, id: string): Promise<Stored<Content>> {
    const [row] = await this.#rows(organisationId).where({ id });
    if (row === undefined) throw this.#notFound(id);
    return this.#read(row);
  }

  /**
   * As `get`, but what another instance changed may be a second old: for questions of widgets, which come by the dozen.
   * @throws RtdpError DAVINCI_NOT_FOUND
   */
  recent(organisationId: string, id: string): Promise<Stored<Content>> {
    const key = `${organisationId} ${id}`;
    const known = this.#recent.get(key);
    if (known !== undefined && Date.now() - known.at < RECENT_MS) return known.document;
    const document = this.get(organisationId, id);
    if (this.#recent.size >= MOST_RECENT) this.#recent.clear();
    this.#recent.set(key, { at: Date.now(), document });
    document.catch(() => this.#recent.delete(key));
    return document;
  }

  /** The newest version of each that exists. */
  async versions(organisationId: string, ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#options
      .database(this.#table)
      .where({ organisation_id: organisationId })
      .whereIn('id', [...ids])
      .select('id', 'version');
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** @throws RtdpError DAVINCI_NAME_EXISTS, DAVINCI_REFERENCE_INVALID */
  async create(author: Author, input: DocumentInput & Content): Promise<Stored<Content>> {
    const { id = randomUUID(), name, version: _version, ...content } = input;
    return this.#change(author, 'create', { id, name }, content as unknown as Content, async (transaction, columns) => {
      await transaction(this.#table).insert({ id, organisation_id: author.organisationId, ...columns });
    });
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND, DAVINCI_VERSION_CONFLICT, DAVINCI_NAME_EXISTS, DAVINCI_REFERENCE_INVALID */
  async replace(author: Author, id: string, input: DocumentInput & Content): Promise<Stored<Content>> {
    const { id: _id, name, version, ...content } = input;
    return this.#change(author, 'update', { id, name }, content as unknown as Content, async (transaction, columns) => {
      const changed = await transaction(this.#table)
        .where({ id, organisation_id: author.organisationId, version: version ?? 0 })
        .update({ ...columns, version: transaction.raw('version + 1'), updated_at: transaction.fn.now() });
      if (changed === 1) return;
      // On the connection of this change: with the names held, one that waited for another connection could wait for those that wait for it.
      const [row] = await transaction(this.#table).where({ id, organisation_id: author.organisationId });
      if (row === undefined) throw this.#notFound(id);
      const now = this.#read(row);
      throw new RtdpError({
        code: 'DAVINCI_VERSION_CONFLICT',
        message:
          version === undefined
            ? `a change of the ${this.kind} has to name the version it was made from`
            : `the ${this.kind} was changed by ${now.updatedBy} and has version ${now.version}, not ${version}`,
        next: 'Read it again and make the change there.',
        facts: { version: now.version, updatedBy: now.updatedBy, updatedAt: now.updatedAt },
      });
    });
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND, DAVINCI_IN_USE_CONFLICT */
  async remove(author: Author, id: string, usedBy: (transaction: Knex) => Promise<Use[]>): Promise<void> {
    await this.#options.database.transaction(async (transaction) => {
      const [row] = await transaction(this.#table)
        .where({ id, organisation_id: author.organisationId })
        .forUpdate()
        .select('name');
      if (row === undefined) throw this.#notFound(id);
      const uses = await usedBy(transaction);
      if (uses.length > 0) throw this.#inUse(uses);
      await transaction(this.#table).where({ id, organisation_id: author.organisationId }).delete();
      await this.#options.audit.write(
        { ...author, action: `${this.kind}.delete`, object: { id, name: row.name } },
        transaction,
      );
    });
    this.#options.changes.tell(author.organisationId);
  }

  #rows(organisationId: string): Knex.QueryBuilder<Record<string, unknown>, Record<string, unknown>[]> {
    return this.#options.database(this.#table).where({ organisation_id: organisationId });
  }

  async #change(
    author: Author,
    action: 'create' | 'update',
    object: { id: string; name: string },
    content: Content,
    write: (transaction: Knex, columns: Record<string, unknown>) => Promise<void>,
  ): Promise<Stored<Content>> {
    const { database, columns, kept, alsoWrite, audit, claimsName = false } = this.#options;
    const row = {
      name: object.name,
      document: JSON.stringify(kept?.(content) ?? content),
      updated_by: author.subject,
      ...columns?.(content),
    };
    try {
      await database.transaction(async (transaction) => {
        if (claimsName) await this.#claimName(transaction, author, object);
        await write(transaction, row);
        await alsoWrite?.(transaction, author, object.id, content);
        await audit.write({ ...author, action: `${this.kind}.${action}`, object }, transaction);
      });
    } catch (error) {
      throw this.#refusal(error, object) ?? error;
    }
    this.#options.changes.tell(author.organisationId);
    return this.get(author.organisationId, object.id);
  }

  /** @throws RtdpError DAVINCI_NAME_EXISTS, where another has the name and this one has not had it before */
  async #claimName(
    transaction: Knex,
    { organisationId }: Author,
    { id, name }: { id: string; name: string },
  ): Promise<void> {
    // Two who take the same name at the same time come one after the other, and the second sees the first.
    await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      `names of ${this.#table} of ${organisationId}`,
    ]);
    const same = await transaction(this.#table).where({ organisation_id: organisationId, name }).select('id');
    if (same.length > 0 && !same.some((row) => row.id === id)) throw this.#nameExists(name);
  }

  #nameExists(name: string, cause?: unknown): RtdpError {
    return new RtdpError({
      code: 'DAVINCI_NAME_EXISTS',
      message: `there is a ${this.kind} called ${name} already`,
      next: 'Choose another name.',
      facts: { name, field: 'name' },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #refusal(error: unknown, { id, name }: { id: string; name: string }): RtdpError | undefined {
    const { code, constraint, detail } = error as { code?: string; constraint?: string; detail?: string };
    if (code === UNIQUE_VIOLATION) {
      if (constraint?.endsWith('_name_unique') === true) return this.#nameExists(name, error);
      return new RtdpError({
        code: 'DAVINCI_NAME_EXISTS',
        message: `there is a ${this.kind} ${id} already`,
        next: 'Leave the id out to have a new one made.',
        facts: { id, field: 'id' },
        cause: error,
      });
    }
    if (code === FOREIGN_KEY_VIOLATION) {
      return new RtdpError({
        code: 'DAVINCI_REFERENCE_INVALID',
        message: `the ${this.kind} names something that is not there`,
        next: 'Look up the ids of sources, views and widgets; they may have been removed.',
        facts: { detail },
        cause: error,
      });
    }
    return undefined;
  }

  #notFound(id: string): RtdpError {
    return new RtdpError({
      code: 'DAVINCI_NOT_FOUND',
      message: `there is no ${this.kind} ${id}`,
      next: `GET /api/${this.#table} lists those there are.`,
      facts: { kind: this.kind, id },
    });
  }

  #inUse(uses: readonly Use[]): RtdpError {
    const shown = uses.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
    return new RtdpError({
      code: 'DAVINCI_IN_USE_CONFLICT',
      message: `the ${this.kind} is used by ${shown.join(', ')}${uses.length > 5 ? ` and ${uses.length - 5} more` : ''}`,
      next: 'Remove or change these first.',
      facts: { usedBy: uses },
    });
  }

  #read(row: Record<string, unknown>): Stored<Content> {
    return {
      ...(row.document as Content),
      ...(row.secret === undefined ? {} : { secret: row.secret }),
      id: row.id as string,
      name: row.name as string,
      version: row.version as number,
      createdAt: (row.created_at as Date).toISOString(),
      updatedAt: (row.updated_at as Date).toISOString(),
      updatedBy: row.updated_by as string,
    };
  }
}

/** Something that names the document. */
export interface Use {
  kind: DocumentKind;
  id: string;
  name: string;
}
