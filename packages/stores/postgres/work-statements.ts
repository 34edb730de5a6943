/** Decides which statements each step of a sink's work becomes, the fence in front included. */
import { RtdpError } from '@rtdp/ums/error';
import type { SinkItem } from '../contract.ts';
import { askForMovedOn, partStatements } from './guarded-statements.ts';
import { historyStatements } from './history-statements.ts';
import type { PlanFunction, PreparedBatch } from './prepare-batch.ts';
import { prepareBatch, sourceOf } from './prepare-batch.ts';
import { replaceStatements } from './replace-statements.ts';
import type { RowSource } from './row-source.ts';
import type { GuardRules, Statement } from './statement.ts';
import type { TableShape } from './table-shape.ts';
import { cancelPull, detectDeletes, markPull, truncateStatements } from './whole-table-statements.ts';

/** What a transaction must hold before it may write. */
export interface Locks {
  readonly topic: string;
  readonly partition: number;
  /** null: only lock, as `replay` does. */
  readonly expected: { epoch: bigint; offset: bigint | null } | null;
}

/** What the statements of a work have in common. */
export interface WorkContext {
  readonly shape: TableShape;
  readonly locks: Locks;
  readonly keyFrom: Readonly<Record<string, string>>;
  readonly rules: GuardRules;
}

export function prepareItems(
  shape: TableShape,
  items: readonly SinkItem[],
  plan: PlanFunction | undefined,
): (PreparedBatch | undefined)[] {
  let nextPart = 0;
  return items.map((item) => {
    if (item.kind !== 'rows' && item.kind !== 'replace') return undefined;
    if ((item.kind === 'replace') !== (shape.mode === 'replaced')) {
      throw new RtdpError({
        code: 'STORE_BAD_DEFINITION',
        message: `${shape.table} takes ${shape.mode === 'replaced' ? 'replace' : 'rows'} items only, not ${item.kind}`,
        next: 'Let the definition of the sink say whether the flow explodes rows.',
        facts: { table: shape.table, kind: item.kind },
      });
    }
    if (item.batch.rowCount === 0) return undefined;
    const prepared = prepareBatch(shape, item.batch, nextPart, plan);
    nextPart += prepared.plan.parts.length;
    return prepared;
  });
}

/** Names every floor that the work touches. */
export function itemSource(shape: TableShape, item: SinkItem): string[] {
  if (item.kind === 'reread') return [];
  return [sourceOf(shape, item.kind === 'rows' || item.kind === 'replace' ? item.batch.namespace : item.namespace)];
}

export function fence(
  shape: TableShape,
  locks: Locks,
  sources: readonly string[],
  exclusive: boolean,
): [string, (string | null)[]] {
  const { topic, partition, expected } = locks;
  const quoted = sources.map((source) => `"${source.replace(/["\\]/g, '\\$&')}"`);
  return [
    `SELECT rtdp.sink_fence(${shape.sinkId}, $1, $2, $3, $4, $5, $6, $7)`,
    [
      topic,
      String(partition),
      expected === null ? null : String(expected.epoch),
      expected === null || expected.offset === null ? null : String(expected.offset),
      expected === null ? 'f' : 't',
      `{${quoted.join(',')}}`,
      exclusive ? 't' : 'f',
    ],
  ];
}

export function itemStatements(
  context: WorkContext,
  item: SinkItem,
  prepared: PreparedBatch | undefined,
  rows: RowSource | undefined,
): Statement[] {
  const { shape, locks } = context;
  switch (item.kind) {
    case 'rows':
    case 'replace':
      return prepared && rows ? batchStatements(context, prepared, rows) : [];
    case 'truncate':
      return truncateStatements(shape, sourceOf(shape, item.namespace), item.id);
    case 'pull-start':
    case 'pull-end': {
      const source = sourceOf(shape, item.namespace);
      const mark = item.kind === 'pull-start' ? 'start' : 'end';
      const statements = markPull(shape, { ...item, source, mark, topic: locks.topic, partition: locks.partition });
      return mark === 'start' ? statements : [...statements, ...detectDeletes(shape, source)];
    }
    case 'pull-cancel':
      return [cancelPull(shape, sourceOf(shape, item.namespace), item.pullId)];
    case 'dead-letter':
      return [
        {
          text: `INSERT INTO rtdp.sink_dead_letters (sink_id, source, ums_id_, pull_id) VALUES (${shape.sinkId}, $1, $2, $3) ON CONFLICT DO NOTHING`,
          parameters: [sourceOf(shape, item.namespace), String(item.id), item.pullId ?? null],
          countedAs: 'nothing',
        },
      ];
    case 'reread':
      return item.requests.map((request) => ({
        text: `INSERT INTO rtdp.rereads (sink_id, namespace, key, reason) VALUES (${shape.sinkId}, $1, $2, $3)`,
        parameters: [request.namespace, JSON.stringify(request.key), request.reason],
        countedAs: 'asked-again',
      }));
  }
}

function batchStatements(work: WorkContext, prepared: PreparedBatch, rows: RowSource): Statement[] {
  const { shape } = work;
  const context = {
    shape,
    rows,
    columns: prepared.names,
    namespace: prepared.batch.namespace,
    source: prepared.source,
    keyFrom: work.keyFrom,
    rules: work.rules,
  };
  if (shape.mode === 'replaced') return replaceStatements(context, prepared.plan.parts);
  return prepared.plan.parts.flatMap((part) => {
    const untold = part.untold.map((index) => prepared.names[index]!);
    const statements =
      shape.mode === 'history' ? historyStatements(context, part, untold) : partStatements(context, part, untold);
    const isReplay = work.locks.expected === null && shape.mode !== 'keyless' && part.kind !== 'delete';
    return isReplay ? [...statements, askForMovedOn(context, part)] : statements;
  });
}
