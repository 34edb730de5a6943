/** Decides what can be done with sources: keep them with their passwords sealed, test them, and open each once for all who ask. */
import type { Knex } from '@rtdp/service/metadata';
import type { SecretBox } from '@rtdp/service/secrets';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Source, SourceTables, sourceInputSchema, sourceTestSchema } from '../client/sources.ts';
import type { Collection } from '../documents/collection-routes.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import { type Author, DocumentStore, type Stored } from '../documents/document-store.ts';
import { findUses } from '../documents/find-uses.ts';
import type { DataSource, OnBehalf } from './data-source.ts';
import { openSource } from './source-kinds.ts';

type Input = z.output<typeof sourceInputSchema>;

/** As it is kept: the connection without its password, which is sealed beside it. */
interface Content {
  kind: 'moonbox' | 'postgres';
  description: string;
  connection: Record<string, unknown> & { database: string };
  /** Sealed. */
  secret: string | null;
}

export interface SourceServiceOptions {
  database: Knex;
  audit: AuditStore;
  changes: DocumentChanges;
  secrets: SecretBox;
  moonboxUrl: string;
}

export class SourceService implements Collection<Input, Source, Source> {
  readonly #options: SourceServiceOptions;
  readonly #store: DocumentStore<Content>;
  /** Id → the newest version that was opened. */
  readonly #open = new Map<string, { createdAt: string; version: number; source: Promise<DataSource> }>();

  constructor(options: SourceServiceOptions) {
    this.#options = options;
    this.#store = new DocumentStore({
      database: options.database,
      audit: options.audit,
      changes: options.changes,
      kind: 'source',
      columns: ({ secret }) => ({ secret }),
      kept: ({ secret: _secret, ...kept }) => kept,
    });
  }

  async list({ organisationId }: Author): Promise<Source[]> {
    return (await this.#store.list(organisationId)).map(shown);
  }

  async get({ organisationId }: Author, id: string): Promise<Source> {
    return shown(await this.#store.get(organisationId, id));
  }

  async create(author: Author, input: Input): Promise<Source> {
    return shown(await this.#store.create(author, this.#toContent(input, null)));
  }

  async replace(author: Author, id: string, input: Input): Promise<Source> {
    const before = await this.#store.get(author.organisationId, id);
    return shown(await this.#store.replace(author, id, this.#toContent(input, before)));
  }

  async remove(author: Author, id: string): Promise<void> {
    await this.#store.remove(author, id, (database) => findUses(database, author.organisationId, 'source', id));
    const open = this.#open.get(id);
    this.#open.delete(id);
    await (await open?.source)?.close();
  }

  /** Versions of those that exist, by id. */
  versions(organisationId: string, ids: readonly string[]): Promise<Map<string, number>> {
    return this.#store.versions(organisationId, ids);
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND */
  async open(organisationId: string, id: string): Promise<{ source: DataSource; version: number }> {
    const stored = await this.#store.recent(organisationId, id);
    const { createdAt, version } = stored;
    const open = this.#open.get(id);
    // A request that read the document before it was changed may come late: what is open now counts, unless the id was given anew.
    if (open?.createdAt === createdAt && open.version >= version) {
      return { source: await open.source, version: open.version };
    }
    const source = openSource(this.#optionsOf(stored.kind, stored.connection, stored.secret));
    const opened = { createdAt, version, source };
    this.#open.set(id, opened);
    source.catch(() => {
      // Another one may have taken its place.
      if (this.#open.get(id) === opened) this.#open.delete(id);
    });
    // Queries that run on the old one are ended: they would answer of another source.
    void open?.source.then((old) => old.close());
    return { source: await source, version };
  }

  async tables(author: Author, id: string, onBehalf: OnBehalf): Promise<SourceTables> {
    const { source } = await this.open(author.organisationId, id);
    return source.tables(onBehalf);
  }

  async test(author: Author, id: string, onBehalf: OnBehalf): Promise<z.output<typeof sourceTestSchema>> {
    const { source } = await this.open(author.organisationId, id);
    return testSource(source, onBehalf);
  }

  /** Before it is kept; an empty password is that of the source `input.id`, if it names one with the same address. */
  async testInput(author: Author, input: Input, onBehalf: OnBehalf): Promise<z.output<typeof sourceTestSchema>> {
    const source = await this.openInput(author, input);
    try {
      return await testSource(source, onBehalf);
    } finally {
      await source.close();
    }
  }

  /** One that is not kept, for the caller alone, who closes it; its password as for `testInput`. */
  async openInput(author: Author, input: Input): Promise<DataSource> {
    const before = input.id === undefined ? null : await this.#store.get(author.organisationId, input.id);
    const { kind, connection, secret } = this.#toContent(input, before);
    return openSource(this.#optionsOf(kind, connection, secret));
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(async ({ source }) => (await source).close()));
  }

  #toContent(input: Input, before: Stored<Content> | null): Input & Content {
    if (input.kind === 'moonbox') return { ...input, secret: null };
    const { password, ...connection } = input.connection;
    const kept = password === '' ? keptSecret(connection, before) : this.#options.secrets.seal(password);
    return { ...input, connection: connection as Content['connection'] & typeof input.connection, secret: kept };
  }

  #optionsOf(kind: Content['kind'], connection: Content['connection'], secret: string | null) {
    if (kind === 'moonbox') {
      return { kind, baseUrl: this.#options.moonboxUrl, database: connection.database };
    }
    const { host, port, database, user, tls } = connection as Record<string, unknown> & Required<Source['connection']>;
    const password = secret === null ? '' : this.#options.secrets.open(secret);
    return { kind, host, port, database, user, tls, password };
  }
}

/** A password goes on only with the place it was given for: else a change of the host would send it to a stranger. */
function keptSecret(connection: Record<string, unknown>, before: Stored<Content> | null): string | null {
  if (before?.kind !== 'postgres') return null;
  const same = ['host', 'port', 'user'].every((part) => connection[part] === before.connection[part]);
  // A tunnel that was encrypted does not become plain with the old password in it.
  if (same && (connection.tls === true || before.connection.tls !== true)) return before.secret;
  throw new RtdpError({
    code: 'DAVINCI_REFERENCE_INVALID',
    message: 'the password is kept only for the same host, port, user and encryption',
    next: 'Enter the password again.',
  });
}

async function testSource(source: DataSource, onBehalf: OnBehalf): Promise<z.output<typeof sourceTestSchema>> {
  const startedAt = performance.now();
  const milliseconds = () => Math.round(performance.now() - startedAt);
  try {
    await source.check(onBehalf);
    return { ok: true, message: 'The source answers.', next: '', milliseconds: milliseconds() };
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return { ok: false, message: error.message, next: error.next, milliseconds: milliseconds() };
  }
}

function shown({ secret: _secret, updatedBy: _by, ...source }: Stored<Content>): Source {
  return source as Source;
}
