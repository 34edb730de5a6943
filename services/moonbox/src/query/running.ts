/** Holds what runs now, so that it can be seen and ended; each statement leaves exactly one audit record behind. */
import { randomUUID } from 'node:crypto';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { reasonOf } from '../catalog/mounting.ts';
import type { Audit } from './audit.ts';
import type { AuditRecord, QueryState } from './audit-record.ts';
import type { Principal, QueryRequest, TableRead } from './contract.ts';

/** A statement from its arrival to its end. */
export class RunningQuery {
  readonly id = randomUUID();
  readonly request: QueryRequest;
  readonly startedAt = new Date();
  readonly #abort = new AbortController();
  readonly #begun = performance.now();
  readonly #finished: (query: RunningQuery, record: AuditRecord) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #clientGone: () => void;
  readonly timeoutMs: number;
  kind = 'UNKNOWN';
  /** As the audit keeps it: whoever begins the statement takes secrets out. */
  sql: string;
  /** For the audit: all of them. */
  tables: readonly TableRead[] = [];
  /** As the user may know them. */
  toldTables: readonly TableRead[] = [];
  /** The user may not read all that its views read: what fails in it is not told. */
  isClosed = false;
  rows = 0;
  queuedMilliseconds = 0;
  state: QueryState = 'queued';
  /** Set once it was read and planned; what fails before was refused. */
  isAllowed = false;
  #isFinished = false;

  constructor(request: QueryRequest, timeoutMs: number, finished: (query: RunningQuery, record: AuditRecord) => void) {
    this.request = request;
    this.sql = request.sql;
    this.timeoutMs = timeoutMs;
    this.#finished = finished;
    this.#timer = setTimeout(() => this.#abort.abort(timeLimit(timeoutMs)), timeoutMs);
    this.#timer.unref();
    this.#clientGone = () => this.cancel(whyEnded(request.signal.reason));
    if (request.signal.aborted) this.#clientGone();
    else request.signal.addEventListener('abort', this.#clientGone, { once: true });
  }

  /** Aborts with an RtdpError as its reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get milliseconds(): number {
    return performance.now() - this.#begun;
  }

  cancel(why: string): void {
    this.#abort.abort(
      new RtdpError({
        code: 'MOONBOX_CANCELLED',
        message: `the statement was cancelled: ${why}`,
        next: 'Run it again if that was not meant.',
      }),
    );
  }

  /** @param error what it failed with; undefined when it ended well, or was left early */
  finish(error?: unknown): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#timer);
    this.request.signal.removeEventListener('abort', this.#clientGone);
    const reason = error === undefined ? null : reasonOf(error);
    if (reason === null) this.state = 'done';
    else if (reason.code === 'MOONBOX_CANCELLED') this.state = 'cancelled';
    else this.state = this.#isRefusal(reason.code) ? 'refused' : 'failed';
    this.#finished(this, this.record(reason));
  }

  /** What the user may not do, may not see, or what is no statement; not what went wrong in doing it. */
  #isRefusal(code: string): boolean {
    return !this.isAllowed || /_FORBIDDEN$|_UNKNOWN$|^SQL_UNKNOWN_/.test(code);
  }

  record(error: AuditRecord['error'] = null): AuditRecord {
    const { principal } = this.request;
    return {
      id: this.id,
      organisationId: principal.organisationId,
      subject: principal.subject,
      name: principal.name ?? null,
      via: principal.via,
      kind: this.kind,
      sql: this.sql,
      database: this.request.database ?? null,
      label: this.request.label ?? null,
      tables: this.tables,
      decision: this.state === 'refused' ? 'refused' : 'allowed',
      state: this.state,
      rows: this.rows,
      milliseconds: this.milliseconds,
      queuedMilliseconds: this.queuedMilliseconds,
      error,
      startedAt: this.startedAt,
    };
  }
}

export class RunningQueries {
  readonly #audit: Audit;
  readonly #running = new Map<string, RunningQuery>();
  readonly #observe: (record: AuditRecord) => void;
  #isStopping = false;

  /** @param observe sees each record that goes to the audit */
  constructor(audit: Audit, observe: (record: AuditRecord) => void) {
    this.#audit = audit;
    this.#observe = observe;
  }

  get size(): number {
    return this.#running.size;
  }

  begin(request: QueryRequest, timeoutMs: number): RunningQuery {
    if (this.#isStopping) {
      throw new RtdpError({
        code: 'MOONBOX_STOPPING_UNAVAILABLE',
        message: 'the gateway is stopping',
        next: 'Ask again in a moment.',
      });
    }
    const query = new RunningQuery(request, timeoutMs, (finished, record) => {
      this.#running.delete(finished.id);
      this.#audit.add(record);
      this.#observe(record);
    });
    this.#running.set(query.id, query);
    return query;
  }

  list(organisationId: string): RunningQuery[] {
    return [...this.#running.values()].filter((query) => query.request.principal.organisationId === organisationId);
  }

  /** @returns false when nothing of that id runs that the principal may end */
  cancel(id: string, principal: Principal, mayEndOthers: boolean): boolean {
    const query = this.#running.get(id);
    if (query === undefined || query.request.principal.organisationId !== principal.organisationId) return false;
    if (query.request.principal.subject !== principal.subject && !mayEndOthers) return false;
    query.cancel(`ended by ${principal.name ?? principal.subject}`);
    return true;
  }

  /** Cancels everything; what runs ends as soon as its source lets go. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopping = true;
    const deadline = performance.now() + withinMs;
    for (const query of this.#running.values()) query.cancel('the gateway is stopping');
    while (this.#running.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // Whoever still reads slowly has been told; the audit is told here.
    for (const query of this.#running.values()) query.finish(query.signal.reason);
  }
}

/** A session says what its client did. Of a request of REST only the connection is there, which both ways of leaving end. */
function whyEnded(reason: unknown): string {
  return isRtdpError(reason) ? String(reason.facts.why ?? reason.message) : 'the client went away or cancelled it';
}

function timeLimit(timeoutMs: number): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_TIME_LIMIT',
    message: `the statement took longer than ${timeoutMs} ms`,
    next: 'Ask for less (a filter, fewer columns), allow it more time, or see EXPLAIN ANALYZE for where the time goes.',
    facts: { timeoutMs },
  });
}
