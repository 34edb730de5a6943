/** Decides the form of the messages that stand among the rows and hold none: heartbeats, terminations, truncates, and the marks of a pull. */
import type { MessageToWrite, UmsMessage } from './message.ts';
import { ID_FIELD, TIMESTAMP_FIELD, type UmsField } from './types.ts';

export interface Mark {
  /** Escaped form. */
  readonly namespace: string;
  readonly batchId: number;
  readonly id: bigint;
  /** `yyyy-MM-dd HH:mm:ss.ffffff`, UTC. */
  readonly timestamp: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What `context.pull` says in a pull's start, end and cancellation. All ids as text. */
export interface PullMark {
  readonly id: string;
  /** Rows with an id below it, which the pull does not bring again, are gone at the source. */
  readonly firstId: string;
  readonly [more: string]: unknown;
}

const ID_AND_TIME: readonly UmsField[] = [ID_FIELD, TIMESTAMP_FIELD];

export function heartbeatMessage(mark: Mark): MessageToWrite {
  return markMessage('data_increment_heartbeat', mark);
}

export function truncateMessage(mark: Mark): MessageToWrite {
  return markMessage('data_increment_truncate', mark);
}

/** Ends a namespace: nothing follows under this version. */
export function terminationMessage(mark: Omit<Mark, 'id'>, kind: 'increment' | 'batch' = 'increment'): MessageToWrite {
  const { namespace, batchId, timestamp, context } = mark;
  return {
    kind: `data_${kind}_termination`,
    namespace,
    batchId,
    fields: [TIMESTAMP_FIELD],
    rows: [[timestamp]],
    ...(context === undefined ? {} : { context }),
  };
}

/** `cancel`: the pull is over without an end; nobody may conclude anything from it. */
export type PullEdge = 'start' | 'end' | 'cancel';

export function pullMessage(edge: PullEdge, mark: Mark, pull: PullMark): MessageToWrite {
  return markMessage(`directive_pull_${edge}`, { ...mark, context: { ...mark.context, pull } });
}

/** The id and time that a mark carries; null what it does not. */
export function readMark(message: UmsMessage): { id: bigint | null; timestamp: string | null } {
  const value = (name: string) => message.rows[0]?.[message.fields.findIndex((field) => field.name === name)] ?? null;
  const id = value(ID_FIELD.name);
  const timestamp = value(TIMESTAMP_FIELD.name);
  return {
    id: typeof id === 'string' ? BigInt(id) : null,
    timestamp: typeof timestamp === 'string' ? timestamp : null,
  };
}

/** `context.pull` of a mark of a pull, or null. */
export function readPull(message: Pick<UmsMessage, 'context'>): PullMark | null {
  const pull = message.context?.pull as PullMark | undefined;
  return typeof pull?.id === 'string' && typeof pull.firstId === 'string' ? pull : null;
}

function markMessage(kind: string, { namespace, batchId, id, timestamp, context }: Mark): MessageToWrite {
  return {
    kind,
    namespace,
    batchId,
    fields: ID_AND_TIME,
    rows: [[id.toString(), timestamp]],
    ...(context === undefined ? {} : { context }),
  };
}
