/** Decides what can be done with widgets: a question to a view, and how its answer is drawn. */
import type { Knex } from '@rtdp/service/metadata';
import type { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Widget, widgetInputSchema } from '../client/widgets.ts';
import type { Collection } from '../documents/collection-routes.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import { type Author, DocumentStore } from '../documents/document-store.ts';
import { findUses } from '../documents/find-uses.ts';

type Input = z.output<typeof widgetInputSchema>;
type Content = Omit<Input, 'id' | 'name' | 'version'>;

export class WidgetService implements Collection<Input, Widget, Widget> {
  readonly #store: DocumentStore<Content>;

  constructor({ database, audit, changes }: { database: Knex; audit: AuditStore; changes: DocumentChanges }) {
    this.#store = new DocumentStore<Content>({
      database,
      audit,
      changes,
      kind: 'widget',
      columns: ({ viewId }) => ({ view_id: viewId }),
    });
  }

  list({ organisationId }: Author): Promise<Widget[]> {
    return this.#store.list(organisationId);
  }

  get({ organisationId }: Author, id: string): Promise<Widget> {
    return this.#store.get(organisationId, id);
  }

  findMany(organisationId: string, ids: readonly string[]): Promise<Widget[]> {
    return this.#store.findMany(organisationId, ids);
  }

  create(author: Author, input: Input): Promise<Widget> {
    return this.#store.create(author, input);
  }

  replace(author: Author, id: string, input: Input): Promise<Widget> {
    return this.#store.replace(author, id, input);
  }

  remove(author: Author, id: string): Promise<void> {
    return this.#store.remove(author, id, (database) => findUses(database, author.organisationId, 'widget', id));
  }
}
