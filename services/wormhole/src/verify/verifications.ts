/** Decides what becomes of the verifications that were asked for: one of a flow at a time, the newest kept until the next or the end of the process. */
import type { DbusClient } from '@rtdp/dbus/client';
import { openReader } from '@rtdp/stores/postgres/connect';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { FlowStatus } from '../client.ts';
import type { FlowDefinition } from '../flow/definition.ts';
import { within } from '../ingest/within.ts';
import { sinkUrl } from '../sink/open-sink-store.ts';
import type { VerificationView } from './verification-shapes.ts';
import { verifyFlow } from './verify-flow.ts';

/** Of so many flows; the oldest gives way. */
const MOST_KEPT = 100;

export interface VerificationsOptions {
  dbusOf: (organisationId: string) => Pick<DbusClient, 'listSources' | 'listTables' | 'compareTable'>;
  statusOf: (organisationId: string, flow: string) => Promise<FlowStatus>;
  onFailed: (error: unknown, flow: string) => void;
  /** What its sink is still busy with for a verification that was cancelled could not be ended there. */
  onLeft: (error: unknown, flow: string) => void;
  now: () => number;
}

export interface VerifiedFlow {
  id: string;
  organisationId: string;
  name: string;
  definition: FlowDefinition;
}

interface Verification {
  view: VerificationView;
  ended: AbortController;
  work: Promise<void>;
}

/** How long the end of the service waits for a question that a server is still busy with. */
const STOP_WAIT_MS = 3_000;

export class Verifications {
  readonly #options: VerificationsOptions;
  /** By id of the flow, oldest first. */
  readonly #of = new Map<string, Verification>();

  constructor(options: VerificationsOptions) {
    this.#options = options;
  }

  /** @throws WORMHOLE_VERIFICATION_STATE while one of this flow runs */
  begin(flow: VerifiedFlow, asked: { table?: string | undefined; mostDifferences: number }): VerificationView {
    if (this.#of.get(flow.id)?.view.state === 'running') {
      throw new RtdpError({
        code: 'WORMHOLE_VERIFICATION_STATE',
        message: `flow ${flow.name} is being verified already`,
        next: 'Wait for it, or cancel it first.',
        facts: { flow: flow.name },
      });
    }
    const view: VerificationView = {
      flow: flow.name,
      state: 'running',
      reason: null,
      table: asked.table ?? null,
      equal: false,
      tables: [],
      progress: null,
      startedAt: this.#time(),
      endedAt: null,
    };
    const ended = new AbortController();
    const work = this.#run(flow, asked, view, ended.signal);
    this.#of.delete(flow.id);
    this.#of.set(flow.id, { view, ended, work });
    for (const [id, { view: old }] of this.#of) {
      if (this.#of.size <= MOST_KEPT) break;
      if (old.state !== 'running') this.#of.delete(id);
    }
    return view;
  }

  /** The newest of a flow. */
  newest(flowId: string): VerificationView | undefined {
    return this.#of.get(flowId)?.view;
  }

  /** Ends the one that runs, if one does: nothing more is asked, and what the servers are still busy with is ended there. */
  cancel(flowId: string): void {
    const { view, ended } = this.#of.get(flowId) ?? {};
    if (view?.state !== 'running') return;
    this.#end(view, 'cancelled');
    ended?.abort(new Error('the verification was cancelled'));
  }

  /** The service ends. */
  async stop(): Promise<void> {
    for (const id of this.#of.keys()) this.cancel(id);
    await within(Promise.all([...this.#of.values()].map(({ work }) => work)), STOP_WAIT_MS);
  }

  /** Never rejects: what went wrong is in the view. */
  async #run(
    flow: VerifiedFlow,
    asked: { table?: string | undefined; mostDifferences: number },
    view: VerificationView,
    signal: AbortSignal,
  ): Promise<void> {
    const onLeft = (error: unknown): void => this.#options.onLeft(error, flow.name);
    const sink = openReader(sinkUrl(flow.definition), { signal, onLeft });
    try {
      await verifyFlow({
        dbus: this.#options.dbusOf(flow.organisationId),
        definition: flow.definition,
        sink,
        status: () => this.#options.statusOf(flow.organisationId, flow.name),
        table: asked.table,
        mostDifferences: asked.mostDifferences,
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) view.progress = progress;
        },
        onTable: (table) => {
          if (signal.aborted) return;
          view.progress = null;
          view.tables.push(table);
        },
      });
      signal.throwIfAborted();
      this.#end(view, 'done');
      view.equal = view.tables.length > 0 && view.tables.every(({ verdict }) => verdict === 'equal');
    } catch (error) {
      if (signal.aborted) return;
      this.#end(view, 'failed');
      view.reason = reasonOf(error);
      this.#options.onFailed(error, flow.name);
    } finally {
      await sink.end();
    }
  }

  #end(view: VerificationView, state: 'done' | 'failed' | 'cancelled'): void {
    view.state = state;
    view.progress = null;
    view.endedAt = this.#time();
  }

  #time(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function reasonOf(error: unknown): NonNullable<VerificationView['reason']> {
  if (isRtdpError(error)) return { code: error.code, message: error.message, next: error.next };
  return {
    code: 'SERVICE_INTERNAL',
    message: 'the verification failed in a way that nobody expected',
    next: 'Look into the log of Wormhole at this time; the error is there in full.',
  };
}
