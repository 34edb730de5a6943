/** Decides what can be done with views: keep what makes sense, and show a viewer what the role may use of one. */
import type { Knex } from '@rtdp/service/metadata';
import { isRtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import type { View, ViewModel, viewInputSchema } from '../client/views.ts';
import type { Collection } from '../documents/collection-routes.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import { type Author, DocumentStore } from '../documents/document-store.ts';
import { findUses } from '../documents/find-uses.ts';
import { checkView } from './check-view.ts';
import { roleOf } from './compile-view.ts';
import { visibleOf } from './view-rights.ts';

type Input = z.output<typeof viewInputSchema>;
type Content = Omit<Input, 'id' | 'name' | 'version'>;

export class ViewService implements Collection<Input, View, View> {
  readonly #store: DocumentStore<Content>;
  readonly #now: () => number;

  constructor(options: { database: Knex; audit: AuditStore; changes: DocumentChanges; now: () => number }) {
    const { database, audit, changes } = options;
    this.#now = options.now;
    this.#store = new DocumentStore<Content>({
      database,
      audit,
      changes,
      kind: 'view',
      columns: ({ sourceId }) => ({ source_id: sourceId }),
    });
  }

  list({ organisationId }: Author): Promise<View[]> {
    return this.#store.list(organisationId);
  }

  get({ organisationId }: Author, id: string): Promise<View> {
    return this.#store.get(organisationId, id);
  }

  /** As `get`, at most a second old. */
  recent({ organisationId }: Author, id: string): Promise<View> {
    return this.#store.recent(organisationId, id);
  }

  findMany(organisationId: string, ids: readonly string[]): Promise<View[]> {
    return this.#store.findMany(organisationId, ids);
  }

  async create(author: Author, input: Input): Promise<View> {
    checkView(input, this.#now());
    return this.#store.create(author, input);
  }

  async replace(author: Author, id: string, input: Input): Promise<View> {
    checkView(input, this.#now());
    return this.#store.replace(author, id, input);
  }

  async remove(author: Author, id: string): Promise<void> {
    await this.#store.remove(author, id, (database) => findUses(database, author.organisationId, 'view', id));
  }
}

/** Undefined where the roles may not see the view. */
export function modelFor(view: View, roles: readonly string[]): ViewModel | undefined {
  try {
    const { columns } = visibleOf(view, roleOf(roles));
    const { id, name, description, version } = view;
    const variables = view.variables.filter(({ scope }) => scope === 'query');
    return { id, name, description, version, model: [...columns.values()], variables };
  } catch (error) {
    if (isRtdpError(error, 'DAVINCI_VIEW_FORBIDDEN')) return undefined;
    throw error;
  }
}
