/** Decides what can be done with widgets: a question to a view, and how its answer is drawn. */
import { isDeepStrictEqual } from 'node:util';
import type { Knex } from '@rtdp/service/metadata';
import type { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Widget, widgetInputSchema } from '../client/widgets.ts';
import type { Caller, Collection } from '../documents/collection-routes.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import { type Author, DocumentStore } from '../documents/document-store.ts';
import { findUses } from '../documents/find-uses.ts';
import type { ViewService } from '../views/view-service.ts';
import { type AskedView, checkWidget } from './check-widget.ts';
import { viewsById, widgetFor } from './hide-values.ts';

type Input = z.output<typeof widgetInputSchema>;
type Content = Omit<Input, 'id' | 'name' | 'version'>;

export class WidgetService implements Collection<Input, Widget, Widget> {
  readonly #store: DocumentStore<Content>;
  readonly #views: ViewService;

  constructor(options: { database: Knex; audit: AuditStore; changes: DocumentChanges; views: ViewService }) {
    const { database, audit, changes, views } = options;
    this.#views = views;
    this.#store = new DocumentStore<Content>({
      database,
      audit,
      changes,
      kind: 'widget',
      columns: ({ viewId }) => ({ view_id: viewId }),
    });
  }

  async list(caller: Caller): Promise<Widget[]> {
    return this.#toldTo(caller, await this.#store.list(caller.organisationId));
  }

  async get(caller: Caller, id: string): Promise<Widget> {
    const [widget] = await this.#toldTo(caller, [await this.#store.get(caller.organisationId, id)]);
    return widget!;
  }

  /** Whole, whoever asks. */
  findMany(organisationId: string, ids: readonly string[]): Promise<Widget[]> {
    return this.#store.findMany(organisationId, ids);
  }

  async create(caller: Caller, input: Input): Promise<Widget> {
    await this.check(caller, input);
    return this.#store.create(caller, input);
  }

  /** What its view made wrong can still be renamed and drawn otherwise: only another question is checked. */
  async replace(caller: Caller, id: string, input: Input): Promise<Widget> {
    const kept = await this.#store.get(caller.organisationId, id);
    // What lies on the shelf of series is the kind's to draw.
    const questionOf = ({ query: { series: _series, ...question } }: Pick<Input, 'query'>) => question;
    const isSameQuestion = kept.viewId === input.viewId && isDeepStrictEqual(questionOf(kept), questionOf(input));
    if (!isSameQuestion) await this.check(caller, input);
    return this.#store.replace(caller, id, input);
  }

  /**
   * Whether it asks only for what its view has; `inline` is a view that is not kept yet, or not so.
   * @throws RtdpError DAVINCI_WIDGET_INVALID
   */
  async check({ organisationId, roles }: Caller, { viewId, query }: Input, inline?: AskedView): Promise<void> {
    const view = inline ?? (await this.#views.findMany(organisationId, [viewId]))[0];
    // That there is none, the database tells.
    if (view !== undefined) checkWidget(query, view, roles);
  }

  async #toldTo({ organisationId, roles }: Caller, widgets: Widget[]): Promise<Widget[]> {
    const viewIds = [...new Set(widgets.map(({ viewId }) => viewId))];
    const views = viewsById(await this.#views.findMany(organisationId, viewIds));
    return widgets.map((widget) => widgetFor(widget, views, roles));
  }

  remove(author: Author, id: string): Promise<void> {
    return this.#store.remove(author, id, (database) => findUses(database, author.organisationId, 'widget', id));
  }
}
