/**
 * Decides how a question to a view is answered: compiled under the asker's rights, run once for all who ask the same at the same time, and kept
 * as long as no commit touches what it read. The commits that an answer is kept under are those known before it ran, so it can only be newer.
 */
import { createHash } from 'node:crypto';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { Freshness, queryRequestSchema, VariableValue, View, valuesRequestSchema } from '../client.ts';
import type { Author } from '../documents/document-store.ts';
import type { Viewer } from '../identity/accounts.ts';
import type { CommitBook } from '../live/commit-book.ts';
import { type Lineage, namespacesOf } from '../live/lineage.ts';
import type { DataSource, OnBehalf, SourceAnswer } from '../sources/data-source.ts';
import type { SourceService } from '../sources/source-service.ts';
import { type Asker, type CompiledQuery, compileValues, compileView } from '../views/compile-view.ts';
import type { ViewService } from '../views/view-service.ts';
import { AnswerCache } from './answer-cache.ts';
import { SharedRuns } from './shared-runs.ts';

export interface AskViewOptions {
  views: ViewService;
  sources: SourceService;
  lineage: Lineage;
  commits: CommitBook;
  timeoutMs: number;
  now: () => number;
}

const MOST_PACE_MS = 1_000;
const MOST_LISTED = 10_000;

interface Answer {
  /** The parts of the JSON answer that are the same for all. */
  body: string;
  answer: Pick<SourceAnswer, 'rows' | 'truncated'>;
  milliseconds: number;
  bytes: number;
}

export interface Asking {
  viewer: Viewer;
  onBehalf: OnBehalf;
  gone: AbortSignal;
}

export class AskView {
  readonly #options: AskViewOptions;
  readonly #runs = new SharedRuns<Answer>();
  readonly #cache: AnswerCache<Answer>;
  /** Views (id and version) over sources that do not know zones by name. */
  readonly #listsZone = new Set<string>();
  /** How long a query takes of late, milliseconds. */
  #pace = 0;

  constructor(options: AskViewOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.now);
  }

  /** How long questions of widgets take of late, milliseconds: whoever makes browsers ask goes by it. */
  get pace(): number {
    return this.#pace;
  }

  /** The answer as JSON text, of the shape `queryResultSchema`. */
  async query(request: z.output<typeof queryRequestSchema>, asking: Asking): Promise<string> {
    const { viewId, values, timeZone, widgetId, ...parts } = request;
    const label = widgetId === undefined ? `view:${viewId}` : `widget:${widgetId}`;
    const { answer, before, cached } = await this.#ask(viewId, label, timeZone, asking, (view, asker) =>
      compileView(view, parts, values, asker),
    );
    const freshness = this.#freshness(asking.viewer.organisationId, before);
    const rest = JSON.stringify({ freshness, milliseconds: answer.milliseconds, cached });
    return `{${answer.body},${rest.slice(1)}`;
  }

  async values(request: z.output<typeof valuesRequestSchema>, asking: Asking) {
    const { viewId, timeZone } = request;
    const compile = (view: View, asker: Asker) =>
      compileValues(view, request, request.values as Record<string, VariableValue>, asker);
    const { answer } = await this.#ask(viewId, `values:${viewId}`, timeZone, asking, compile);
    return { values: answer.answer.rows.map(([value]) => value ?? null), truncated: answer.answer.truncated };
  }

  async #ask(
    viewId: string,
    label: string,
    timeZone: string,
    { viewer, onBehalf, gone }: Asking,
    compile: (view: View, asker: Asker) => CompiledQuery,
  ): Promise<{ answer: Answer; before: Freshness[]; cached: boolean }> {
    const { views, sources, lineage, commits, now } = this.#options;
    const author: Author = viewer;
    const view = await views.recent(author, viewId);
    const { source, version } = await sources.open(viewer.organisationId, view.sourceId);
    const asker: Asker = { ...viewer, now: now(), timeZone };
    const zoneOf = `${view.id} ${view.version}`;
    const compiled = compile(view, { ...asker, listedZone: this.#listsZone.has(zoneOf) });
    const tables = await lineage.of({ view, source, sourceVersion: version, onBehalf, asker });
    const namespaces = namespacesOf(tables);
    const before = commits.freshnessOf(viewer.organisationId, namespaces);
    const known = before.map(({ commitNumber }) => commitNumber);
    const isLive =
      tables.length > 0 && tables.every(({ sinkNamespace }) => sinkNamespace !== null) && !known.includes(null);
    const key = createHash('sha256')
      .update(
        JSON.stringify([
          viewer.organisationId,
          view.sourceId,
          version,
          source.sameForAll ? '' : [viewer.subject, viewer.roles],
          compiled.sql,
          compiled.parameters,
          compiled.columns,
          namespaces,
          known,
        ]),
      )
      .digest('base64url');
    const kept = isLive ? this.#cache.get(key) : undefined;
    if (kept !== undefined) return { answer: kept, before, cached: true };
    const answer = await this.#runs.run(key, gone, async (signal) => {
      const around = { label, signal, onBehalf };
      try {
        return await this.#run(source, compiled, around);
      } catch (error) {
        const code = (error as { code?: unknown }).code;
        if (!compiled.namesZone || typeof code !== 'string' || !code.startsWith('SQL_')) throw error;
        // What is not all computed by one Postgres does not know zones by name.
        const answered = await this.#run(source, compile(view, { ...asker, listedZone: true }), around);
        if (this.#listsZone.size >= MOST_LISTED) this.#listsZone.clear();
        this.#listsZone.add(zoneOf);
        return answered;
      }
    });
    if (isLive) this.#cache.set(key, answer);
    return { answer, before, cached: false };
  }

  /** The commits known before the query ran; where no other came since, as complete as the tables are by now. */
  #freshness(organisationId: string, before: readonly Freshness[]): Freshness[] {
    const now = this.#options.commits.freshnessOf(
      organisationId,
      before.map(({ sinkNamespace }) => sinkNamespace),
    );
    return now.map((each, index) => (each.commitNumber === before[index]!.commitNumber ? each : before[index]!));
  }

  async #run(
    source: DataSource,
    { sql, parameters, columns, limit }: CompiledQuery,
    { label, signal, onBehalf }: { label: string; signal: AbortSignal; onBehalf: OnBehalf },
  ): Promise<Answer> {
    const startedAt = performance.now();
    const query = { sql, parameters, maximumRows: limit + 1, timeoutMs: this.#options.timeoutMs, signal, label };
    const { columns: types, rows, truncated } = await source.query(query, onBehalf);
    if (types.length !== columns.length) {
      throw new RtdpError({
        code: 'DAVINCI_QUERY_FAILED',
        message: `the source gave ${types.length} columns where ${columns.length} were asked for`,
        next: 'Check that the names of the columns of the view are all different.',
      });
    }
    const more = truncated || rows.length > limit;
    if (rows.length > limit) rows.length = limit;
    const milliseconds = performance.now() - startedAt;
    // One that takes a minute says little of the others.
    this.#pace = this.#pace * 0.9 + Math.min(milliseconds, MOST_PACE_MS) * 0.1;
    const body = JSON.stringify({
      columns: columns.map((column, index) => ({ ...column, type: types[index]!.type })),
      rows,
      rowCount: rows.length,
      truncated: more,
      sql,
    }).slice(1, -1);
    const answer = { rows, truncated: more };
    // The text, and about as much again for the rows themselves.
    return { body, answer, milliseconds: Math.round(milliseconds * 10) / 10, bytes: body.length * 4 };
  }
}
