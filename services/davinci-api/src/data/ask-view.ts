/**
 * Decides how questions to views are answered: compiled under the asker's rights, run once for all who ask the same at the same time, and kept
 * as long as no commit touches what they read. The commits that an answer is kept under are those known before it ran, so it can only be newer.
 * Questions that come together may share a statement; each answer is still the one that it would have had alone.
 */
import { createHash } from 'node:crypto';
import { hasRole } from '@rtdp/identity/roles';
import type { z } from 'zod';
import type { Freshness, queryRequestSchema, valuesRequestSchema } from '../client/questions.ts';
import type { VariableValue } from '../client/variables.ts';
import type { View } from '../client/views.ts';
import type { Author } from '../documents/document-store.ts';
import type { Viewer } from '../identity/accounts.ts';
import type { CommitBook } from '../live/commit-book.ts';
import { type Lineage, namespacesOf } from '../live/lineage.ts';
import type { DataSource, OnBehalf } from '../sources/data-source.ts';
import type { SourceService } from '../sources/source-service.ts';
import { type Asker, type CompiledQuery, compileValues, compileView } from '../views/compile-view.ts';
import type { ViewService } from '../views/view-service.ts';
import { type Answer, answerOf } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { runShared } from './run-shared.ts';
import { type Shareable, sharedKey, shareQuestions } from './share-questions.ts';
import { SharedRuns } from './shared-runs.ts';
import { SharedWork } from './shared-work.ts';
import { ViewTypes } from './view-types.ts';

export interface AskViewOptions {
  views: ViewService;
  sources: SourceService;
  lineage: Lineage;
  commits: CommitBook;
  timeoutMs: number;
  now: () => number;
}

type QueryQuestion = z.output<typeof queryRequestSchema>;
type Compile = (view: View, asker: Asker) => CompiledQuery;

const MOST_PACE_MS = 1_000;
const MOST_LISTED = 10_000;
/** A statement that did not answer all of its questions is tried again after this time. */
const REFUSED_MS = 600_000;

export interface Asking {
  viewer: Viewer;
  onBehalf: OnBehalf;
  gone: AbortSignal;
  /** When it was asked, milliseconds since 1970; now, unless told. */
  at?: number;
}

/** A question that is ready to be asked. */
interface Prepared {
  view: View;
  source: DataSource;
  sourceVersion: number;
  asker: Asker;
  onBehalf: OnBehalf;
  compiled: CompiledQuery;
  label: string;
  /** Of the answer: the same for all who get the same. */
  key: string;
  /** What was known before anything ran. */
  before: Freshness[];
  isLive: boolean;
  run(signal: AbortSignal): Promise<Answer>;
}

interface Together extends Shareable {
  prepared: Prepared;
  values: QueryQuestion['values'];
}

export class AskView {
  readonly #options: AskViewOptions;
  readonly #runs = new SharedRuns<Answer>();
  readonly #cache: AnswerCache<Answer>;
  readonly #types: ViewTypes;
  /** Views (id and version) over sources that do not know zones by name. */
  readonly #listsZone = new Set<string>();
  /** Shared statements that did not answer all of their questions: each of these is asked alone, until when. */
  readonly #refused = new Map<string, number>();
  /** Into how many groups the rows of a shared statement fell. */
  readonly #groups = new Map<string, number>();
  /** How long a query takes of late, milliseconds. */
  #pace = 0;

  constructor(options: AskViewOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.now);
    this.#types = new ViewTypes(options.now);
  }

  /** How long questions of widgets take of late, milliseconds: whoever makes browsers ask goes by it. */
  get pace(): number {
    return this.#pace;
  }

  /** The answer as JSON text, of the shape `queryResultSchema`. */
  async query(request: QueryQuestion, asking: Asking): Promise<string> {
    const prepared = await this.#prepareQuery(request, asking);
    return this.#text(prepared, await this.#answer(prepared, asking.gone), asking);
  }

  /**
   * Asks all of them at once. `tell` is called once for each, as soon as its answer is there: with the JSON text, or with what was thrown. The
   * `gone` of a question ends it alone.
   */
  async queryTogether(
    questions: readonly { request: QueryQuestion; gone: AbortSignal }[],
    asking: Omit<Asking, 'gone'>,
    tell: (index: number, outcome: { text: string } | { error: unknown }) => void,
  ): Promise<void> {
    const failed = (index: number) => (error: unknown) => tell(index, { error });
    // What is relative to now means the same in all of them.
    const at = this.#options.now();
    const ready = await Promise.all(
      questions.map(({ request, gone }, index) =>
        this.#prepareTogether(request, { ...asking, gone, at }).catch(failed(index)),
      ),
    );
    const works = this.#worksOf(ready.filter((each) => each !== undefined));
    await Promise.all(
      ready.map(async (each, index) => {
        if (each === undefined) return;
        const { prepared } = each;
        const { gone } = questions[index]!;
        try {
          const outcome = await this.#answer(prepared, gone, works.get(prepared.key));
          tell(index, { text: this.#text(prepared, outcome, { ...asking, gone }) });
        } catch (error) {
          tell(index, { error });
        }
      }),
    );
  }

  async values(request: z.output<typeof valuesRequestSchema>, asking: Asking) {
    const { viewId, timeZone } = request;
    const compile: Compile = (view, asker) =>
      compileValues(view, request, request.values as Record<string, VariableValue>, asker);
    const prepared = await this.#prepare(viewId, `values:${viewId}`, timeZone, asking, compile);
    const { answer } = await this.#answer(prepared, asking.gone);
    return { values: answer.answer.rows.map(([value]) => value ?? null), truncated: answer.answer.truncated };
  }

  #prepareQuery(request: QueryQuestion, asking: Asking): Promise<Prepared> {
    const { viewId, values, timeZone, widgetId, ...parts } = request;
    const label = widgetId === undefined ? `view:${viewId}` : `widget:${widgetId}`;
    return this.#prepare(viewId, label, timeZone, asking, (view, asker) => compileView(view, parts, values, asker));
  }

  async #prepareTogether(request: QueryQuestion, asking: Asking): Promise<Together> {
    const { viewId, values, timeZone, widgetId: _widget, ...parts } = request;
    const prepared = await this.#prepareQuery(request, asking);
    const { view, source, sourceVersion, asker } = prepared;
    const types = await this.#types.of({ view, source, sourceVersion, onBehalf: asking.onBehalf, asker });
    const rows = JSON.stringify([viewId, view.version, view.sourceId, values, parts.filters, timeZone]);
    return { prepared, values, parts, types, rows };
  }

  /** Ready to run, or to be found among the answers that are kept. */
  async #prepare(
    viewId: string,
    label: string,
    timeZone: string,
    { viewer, onBehalf, at }: Asking,
    compile: Compile,
  ): Promise<Prepared> {
    const { views, sources, lineage, commits, now } = this.#options;
    const author: Author = viewer;
    const view = await views.recent(author, viewId);
    const { source, version } = await sources.open(viewer.organisationId, view.sourceId);
    const zoneOf = `${view.id} ${view.version}`;
    const asker: Asker = { ...viewer, now: at ?? now(), timeZone, listedZone: this.#listsZone.has(zoneOf) };
    const compiled = compile(view, asker);
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
          source.sameForAll ? '' : [viewer.subject, viewer.roles, await source.rightsVersion(onBehalf)],
          compiled.sql,
          compiled.parameters,
          compiled.columns,
          namespaces,
          known,
        ]),
      )
      .digest('base64url');
    const run = async (signal: AbortSignal): Promise<Answer> => {
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
    };
    return { view, source, sourceVersion: version, asker, onBehalf, compiled, label, key, before, isLive, run };
  }

  async #answer(
    prepared: Prepared,
    gone: AbortSignal,
    work: (signal: AbortSignal) => Promise<Answer> = prepared.run,
  ): Promise<{ answer: Answer; cached: boolean }> {
    const { key, isLive } = prepared;
    const kept = isLive ? this.#cache.get(key) : undefined;
    if (kept !== undefined) return { answer: kept, cached: true };
    const answer = await this.#runs.run(key, gone, work);
    if (isLive) this.#cache.set(key, answer);
    return { answer, cached: false };
  }

  /** How those that share a statement are run, by the key of the answer. What is kept, or is being run for others, shares nothing. */
  #worksOf(questions: readonly Together[]): Map<string, (signal: AbortSignal) => Promise<Answer>> {
    const different = new Map(questions.map((each) => [each.prepared.key, each]));
    const open = [...different.values()].filter(
      ({ prepared: { key, isLive } }) => !this.#runs.has(key) && !(isLive && this.#cache.get(key) !== undefined),
    );
    const { now } = this.#options;
    const works = new Map<string, (signal: AbortSignal) => Promise<Answer>>();
    const experience = {
      isRefused: (key: string) => (this.#refused.get(key) ?? 0) > now(),
      groupsOf: (key: string) => this.#groups.get(key),
    };
    for (const group of shareQuestions(open, experience)) {
      // Those who ask for the same widget's data may be many; the audit names each widget once.
      const labels = [...new Set(questions.filter(sharesWith(group)).map(({ prepared }) => prepared.label))];
      const shared = new SharedWork((signal) => this.#runShared(group, labels.join(' '), signal));
      for (const { prepared } of group) {
        works.set(
          prepared.key,
          async (signal) => (await shared.take(signal))?.get(prepared.key) ?? prepared.run(signal),
        );
      }
    }
    return works;
  }

  /** Undefined where each has to ask alone. */
  async #runShared(
    group: readonly Together[],
    label: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Answer> | undefined> {
    const { timeoutMs, now } = this.#options;
    const { values, types, prepared } = group[0]!;
    const { view, asker, source, onBehalf } = prepared;
    const questions = group.map((each) => ({ parts: each.parts, compiled: each.prepared.compiled }));
    const query = { view, asker, source, values, types, questions, onBehalf };
    const shared = await runShared({ ...query, label, signal, timeoutMs });
    if (shared === undefined) {
      if (this.#refused.size >= MOST_LISTED) this.#refused.clear();
      this.#refused.set(sharedKey(group), now() + REFUSED_MS);
      return undefined;
    }
    const { answers, groups } = shared;
    if (this.#groups.size >= MOST_LISTED) this.#groups.clear();
    this.#groups.set(sharedKey(group), groups);
    this.#notePace(answers[0]!.milliseconds);
    return new Map(answers.map((answer, index) => [group[index]!.prepared.key, answer]));
  }

  #text({ before }: Prepared, { answer, cached }: { answer: Answer; cached: boolean }, { viewer }: Asking): string {
    const freshness = this.#freshness(viewer.organisationId, before);
    // It holds the rows and columns that the view keeps from others.
    const sql = hasRole(viewer, 'editor') ? answer.sql : null;
    const rest = JSON.stringify({ sql, freshness, milliseconds: answer.milliseconds, cached });
    return `{${answer.body},${rest.slice(1)}`;
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
    compiled: CompiledQuery,
    { label, signal, onBehalf }: { label: string; signal: AbortSignal; onBehalf: OnBehalf },
  ): Promise<Answer> {
    const startedAt = performance.now();
    const { sql, parameters, limit } = compiled;
    const query = { sql, parameters, maximumRows: limit + 1, timeoutMs: this.#options.timeoutMs, signal, label };
    const { columns, rows, truncated } = await source.query(query, onBehalf);
    const milliseconds = performance.now() - startedAt;
    this.#notePace(milliseconds);
    return answerOf(compiled, { types: columns.map(({ type }) => type), rows, truncated, milliseconds });
  }

  #notePace(milliseconds: number): void {
    // One that takes a minute says little of the others.
    this.#pace = this.#pace * 0.9 + Math.min(milliseconds, MOST_PACE_MS) * 0.1;
  }
}

function sharesWith(group: readonly Together[]): (question: Together) => boolean {
  const keys = new Set(group.map(({ prepared }) => prepared.key));
  return ({ prepared }) => keys.has(prepared.key);
}
