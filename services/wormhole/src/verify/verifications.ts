/** Decides what becomes of the verifications that were asked for: one of a flow at a time, in whichever process, and the newest kept until the next. */
import { randomUUID } from 'node:crypto';
import type { DbusClient } from '@rtdp/dbus/client';
import type { Logger } from '@rtdp/service/logging';
import { pause } from '@rtdp/service/pause';
import { openReader } from '@rtdp/stores/postgres/connect';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { FlowStatus } from '../client.ts';
import type { FlowDefinition } from '../flow/definition.ts';
import { within } from '../ingest/within.ts';
import { sinkUrl } from '../sink/open-sink-store.ts';
import type { VerificationEnd, VerificationStore } from '../state/verification-store.ts';
import type { VerificationView } from './verification-shapes.ts';
import { verifyFlow } from './verify-flow.ts';

export interface VerificationsOptions {
  dbusOf: (organisationId: string) => Pick<DbusClient, 'listSources' | 'listTables' | 'compareTable'>;
  statusOf: (organisationId: string, flow: string) => Promise<FlowStatus>;
  store: VerificationStore;
  logger: Pick<Logger, 'warn'>;
}

export interface VerifiedFlow {
  id: string;
  organisationId: string;
  name: string;
  definition: FlowDefinition;
}

interface Asked {
  table?: string | undefined;
  mostDifferences: number;
}

/** One that runs in this process. */
interface Run {
  id: string;
  flow: VerifiedFlow;
  told: Pick<VerificationView, 'progress' | 'tables'>;
  ended: AbortController;
}

/** How often others are told how far one is, and it is looked whether they have cancelled it. */
const TELL_EVERY_MS = 1_000;
/** How long the end of the service waits for a question that a server is still busy with. */
const STOP_WAIT_MS = 3_000;

export class Verifications {
  readonly #options: VerificationsOptions;
  readonly #work = new Map<Run, Promise<void>>();

  constructor(options: VerificationsOptions) {
    this.#options = options;
  }

  /** @throws WORMHOLE_VERIFICATION_STATE while one of this flow runs */
  async begin(flow: VerifiedFlow, asked: Asked): Promise<VerificationView> {
    const run = { id: randomUUID(), flow, told: { progress: null, tables: [] }, ended: new AbortController() };
    const view = await this.#options.store.begin(flow, run.id, asked.table ?? null);
    if (view === undefined) {
      throw new RtdpError({
        code: 'WORMHOLE_VERIFICATION_STATE',
        message: `flow ${flow.name} is being verified already`,
        next: 'Wait for it, or cancel it first.',
        facts: { flow: flow.name },
      });
    }
    this.#work.set(
      run,
      this.#run(run, asked).finally(() => this.#work.delete(run)),
    );
    return view;
  }

  /** The newest of a flow; null before the first. */
  newest(flow: Pick<VerifiedFlow, 'id' | 'name'>): Promise<VerificationView | null> {
    return this.#options.store.newest(flow);
  }

  /** Ends the one that runs, if one does: nothing more is asked, and what the servers are still busy with is ended there. */
  async cancel(flow: Pick<VerifiedFlow, 'id'>): Promise<void> {
    const id = await this.#options.store.cancel({ flow_id: flow.id });
    for (const run of this.#work.keys()) if (run.id === id) run.ended.abort(cancelled());
  }

  /** The service ends, and with it what runs here: another process may be at another one of the same flow. */
  async stop(): Promise<void> {
    const work = [...this.#work.values()];
    const cancelling = [...this.#work.keys()].map(({ id, ended }) => {
      ended.abort(cancelled());
      return this.#options.store.cancel({ id });
    });
    await within(Promise.all([...cancelling, ...work]), STOP_WAIT_MS);
  }

  /** Never rejects: what went wrong is in the view. */
  async #run(run: Run, asked: Asked): Promise<void> {
    const isOver = new AbortController();
    const telling = this.#tell(run, AbortSignal.any([run.ended.signal, isOver.signal]));
    await this.#keepEnd(run, await this.#verify(run, asked));
    isOver.abort();
    await telling;
  }

  /** As soon as the catalog takes it: what was compared for hours is not lost for a metadata server that is started again just then. */
  async #keepEnd(run: Run, end: VerificationEnd): Promise<void> {
    const { signal } = run.ended;
    while (!signal.aborted) {
      try {
        return await this.#options.store.end(run.id, end);
      } catch (error) {
        this.#warn(error, run, 'what came of a verification could not be kept yet');
        await pause(TELL_EVERY_MS, signal);
      }
    }
  }

  async #verify(run: Run, asked: Asked): Promise<VerificationEnd> {
    const { tables } = run.told;
    try {
      await this.#compare(run, asked);
      const isEqual = tables.length > 0 && tables.every(({ verdict }) => verdict === 'equal');
      return { state: 'done', reason: null, equal: isEqual, tables };
    } catch (error) {
      if (!run.ended.signal.aborted) this.#warn(error, run, 'a flow could not be verified');
      return { state: 'failed', reason: reasonOf(error), equal: false, tables };
    }
  }

  async #compare({ flow, told, ended: { signal } }: Run, asked: Asked): Promise<void> {
    const onLeft = (error: unknown): void =>
      this.#warn(error, { flow }, 'a cancelled verification could not be ended at the sink');
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
          told.progress = progress;
        },
        onTable: (table) => {
          told.progress = null;
          told.tables.push(table);
        },
      });
    } finally {
      await sink.end();
    }
  }

  /** Until `over`. Never rejects: who cannot be told now is told the next time. */
  async #tell(run: Run, over: AbortSignal): Promise<void> {
    let tablesTold = 0;
    while (!over.aborted) {
      await pause(TELL_EVERY_MS, over);
      if (over.aborted) return;
      const { progress, tables } = run.told;
      const count = tables.length;
      try {
        const isKept = await this.#options.store.keep(run.id, { progress, ...(count > tablesTold && { tables }) });
        tablesTold = count;
        if (!isKept) run.ended.abort(cancelled());
      } catch (error) {
        this.#warn(error, run, 'how far a verification is could not be kept');
      }
    }
  }

  #warn(err: unknown, { flow }: Pick<Run, 'flow'>, message: string): void {
    this.#options.logger.warn({ err, flow: flow.name }, message);
  }
}

function cancelled(): Error {
  return new Error('the verification was cancelled');
}

function reasonOf(error: unknown): NonNullable<VerificationView['reason']> {
  if (isRtdpError(error)) return { code: error.code, message: error.message, next: error.next };
  return {
    code: 'SERVICE_INTERNAL',
    message: 'the verification failed in a way that nobody expected',
    next: 'Look into the log of Wormhole at this time; the error is there in full.',
  };
}
