/**
 * The Postgres sink: decides what one transaction of a sink table consists of. Staging first (it needs no lock), then the fence (position row,
 * epoch, floor), then the guarded statements in the order of the work, the position last. Everything leaves in one write.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';
import type { Claim, SinkDefinition, SinkItem, SinkOutcome, SinkWork, TableSink } from '../contract.ts';
import { collectRemembered } from './collect.ts';
import type { Connections, Session } from './connect.ts';
import { quoteLiteral } from './dialect.ts';
import { partStatements } from './guarded-statements.ts';
import { historyStatements } from './history-statements.ts';
import type { Pipeline, PipelineResult } from './pipeline.ts';
import type { PlanFunction, PreparedBatch } from './prepare-batch.ts';
import { prepareBatch, sourceOf, unknownColumns } from './prepare-batch.ts';
import { replaceStatements } from './replace-statements.ts';
import type { RowSource } from './row-source.ts';
import { ArrayRows, copyStatement, createStage, StagedRows, stageData } from './row-source.ts';
import type { CountedAs, GuardRules, Statement } from './statement.ts';
import { ALL_RULES } from './statement.ts';
import { ensureTable, evolveTable, readShape } from './table-schema.ts';
import type { TableShape } from './table-shape.ts';
import { checkDefinition } from './table-shape.ts';
import { detectDeletes, markPull, truncateStatements } from './whole-table-statements.ts';

/** From this many rows on, COPY into a staging table is faster than array parameters. */
const BULK_FROM = 500;
/** Staging tables per connection. */
const MOST_STAGES = 8;

/** Only tests set any of these. */
export interface SinkInternals {
  readonly rules?: GuardRules;
  readonly plan?: PlanFunction;
  readonly bulkFrom?: number;
}

interface Locks {
  readonly topic: string;
  readonly partition: number;
  /** null: only lock, as `replay` does. */
  readonly expected: { epoch: bigint; offset: bigint | null } | null;
}

export class PostgresSink implements TableSink {
  readonly guarantee = 'exactly-once-in-effect';
  readonly definition: SinkDefinition;
  readonly #connections: Connections;
  readonly #internals: SinkInternals;
  readonly #facts: Record<string, unknown>;
  #shape: TableShape | undefined;

  constructor(connections: Connections, definition: SinkDefinition, internals: SinkInternals = {}) {
    this.#connections = connections;
    this.definition = definition;
    this.#internals = internals;
    this.#facts = { schema: definition.schema, table: definition.table, flow: definition.flow };
  }

  async ensure(): Promise<void> {
    checkDefinition(this.definition);
    this.#shape = await this.#connections.transaction(this.#facts, (session) => ensureTable(session, this.definition));
  }

  async evolve(change: { namespace: string; diff: SchemaDiff; fields: readonly UmsField[] }): Promise<void> {
    const shape = this.#ensured();
    this.#shape = await this.#connections.transaction(this.#facts, async (session) => {
      await session.query('SELECT pg_advisory_xact_lock(1381253200, $1)', [shape.sinkId]);
      await session.query('SELECT 1 FROM rtdp.sink_floors WHERE sink_id = $1 ORDER BY source FOR UPDATE', [
        shape.sinkId,
      ]);
      return evolveTable(session, this.definition, change);
    });
  }

  async claim(topic: string, partition: number, worker: string): Promise<Claim> {
    const { sinkId } = this.#ensured();
    const rows = await this.#connections.use({ ...this.#facts, topic, partition }, (session) =>
      session.query<{ epoch: string; next_offset: string | null }>(
        `INSERT INTO rtdp.sink_progress AS p (sink_id, topic, partition, epoch, worker) VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (sink_id, topic, partition) DO UPDATE SET epoch = p.epoch + 1, worker = excluded.worker, updated_at = now()
         RETURNING epoch, next_offset`,
        [sinkId, topic, partition, worker],
      ),
    );
    const row = rows[0]!;
    return { epoch: BigInt(row.epoch), nextOffset: row.next_offset === null ? null : BigInt(row.next_offset) };
  }

  async write(work: SinkWork): Promise<SinkOutcome> {
    const { topic, partition, epoch, expectedOffset, nextOffset } = work;
    const { sinkId } = this.#ensured();
    const locks: Locks = { topic, partition, expected: { epoch, offset: expectedOffset } };
    return this.#transact(
      locks,
      work.items,
      [],
      [
        {
          text: `UPDATE rtdp.sink_progress SET next_offset = $3, last_id = greatest(last_id, $4), updated_at = clock_timestamp()
          WHERE sink_id = ${sinkId} AND topic = $1 AND partition = $2`,
          parameters: [
            topic,
            String(partition),
            String(nextOffset),
            work.lastId === undefined ? null : String(work.lastId),
          ],
          countedAs: 'nothing',
        },
      ],
    );
  }

  async replay(work: {
    topic: string;
    partition: number;
    items: readonly SinkItem[];
    closes: readonly bigint[];
    namespace: string;
  }): Promise<SinkOutcome> {
    const shape = this.#ensured();
    const source = sourceOf(shape, work.namespace);
    const close: Statement = {
      text: `DELETE FROM rtdp.sink_dead_letters WHERE sink_id = ${shape.sinkId} AND source = $1::text AND ums_id_ = ANY ($2::bigint[])`,
      parameters: [source, `{${work.closes.join(',')}}`],
      countedAs: 'nothing',
    };
    const locks: Locks = { topic: work.topic, partition: work.partition, expected: null };
    return this.#transact(locks, work.items, [source], [close, ...detectDeletes(shape, source)]);
  }

  async collect(options: {
    below: bigint;
    partitions: readonly { topic: string; count: number }[];
  }): Promise<{ floor: bigint; cleared: number }> {
    const shape = this.#ensured();
    return this.#connections.transaction(this.#facts, (session) => collectRemembered(session, shape, options));
  }

  async close(): Promise<void> {
    this.#shape = undefined;
  }

  #ensured(): TableShape {
    if (this.#shape) return this.#shape;
    throw new RtdpError({
      code: 'STORE_BAD_DEFINITION',
      message: `the sink ${this.definition.schema}.${this.definition.table} is used before ensure() or after close()`,
      next: 'Call ensure() first.',
      facts: this.#facts,
    });
  }

  async #transact(
    locks: Locks,
    items: readonly SinkItem[],
    lockedSources: readonly string[],
    last: readonly Statement[],
  ): Promise<SinkOutcome> {
    const facts = { ...this.#facts, topic: locks.topic, partition: locks.partition };
    return this.#connections.use(facts, async (session) => {
      await session.trim();
      const shape = await this.#shapeFor(session, items);
      const prepared = prepareItems(shape, items, this.#internals.plan);
      const rowCount = prepared.reduce((sum, each) => sum + (each?.plan.sent ?? 0), 0);
      const staged = rowCount >= (this.#internals.bulkFrom ?? BULK_FROM);
      const pipeline = session.pipeline();
      const inUse = new Set<string>();
      const rowSources: (RowSource | undefined)[] = [];
      for (const each of prepared) {
        rowSources.push(
          each && (staged ? await stage(session, pipeline, each, inUse) : new ArrayRows(each.choice, each.columns)),
        );
      }
      const sources = new Set([...lockedSources, ...items.flatMap((item) => itemSource(shape, item))]);
      const exclusive =
        lockedSources.length > 0 || items.some((item) => item.kind === 'truncate' || item.kind === 'pull-end');
      pipeline.execute(...fence(shape, locks, [...sources].sort(), exclusive));
      const counts: { step: number; as: CountedAs }[] = [];
      const add = (statement: Statement) =>
        counts.push({ step: pipeline.execute(statement.text, statement.parameters), as: statement.countedAs });
      for (const [index, item] of items.entries()) {
        for (const statement of this.#itemStatements(shape, locks, item, prepared[index], rowSources[index]))
          add(statement);
      }
      for (const statement of last) add(statement);
      const draw = session.pipeline();
      draw.execute(`SELECT nextval(${quoteLiteral(shape.sequence)})`, []);
      const [written, drawn] = await session.run(pipeline, draw);
      if (written?.status !== 'fulfilled') throw written?.reason;
      if (drawn?.status !== 'fulfilled') throw drawn?.reason;
      return countOutcome(prepared, written.value, counts, BigInt(drawn.value.rows[0]![0]![0]!));
    });
  }

  /** The shape in memory, read anew if the work knows columns that it does not have: another worker may have evolved the table. */
  async #shapeFor(session: Session, items: readonly SinkItem[]): Promise<TableShape> {
    let shape = this.#ensured();
    const missing = () =>
      items.flatMap((item) =>
        item.kind === 'rows' || item.kind === 'replace' ? unknownColumns(shape, item.batch) : [],
      );
    if (missing().length === 0) return shape;
    shape = (await readShape(session, this.definition)) ?? shape;
    this.#shape = shape;
    const columns = missing();
    if (columns.length === 0) return shape;
    throw new RtdpError({
      code: 'STORE_SCHEMA_BEHIND',
      message: `the sink table ${shape.table} has no column ${columns.join(', ')}`,
      next: 'Evolve the sink to the schema of the batch first.',
      facts: { ...this.#facts, columns },
    });
  }

  #itemStatements(
    shape: TableShape,
    locks: Locks,
    item: SinkItem,
    prepared: PreparedBatch | undefined,
    rows: RowSource | undefined,
  ): Statement[] {
    switch (item.kind) {
      case 'rows':
      case 'replace':
        return prepared && rows ? this.#batchStatements(shape, prepared, rows) : [];
      case 'truncate':
        return truncateStatements(shape, sourceOf(shape, item.namespace), item.id);
      case 'pull-start':
      case 'pull-end': {
        const source = sourceOf(shape, item.namespace);
        const mark = item.kind === 'pull-start' ? 'start' : 'end';
        const statements = markPull(shape, { ...item, source, mark, topic: locks.topic, partition: locks.partition });
        return mark === 'start' ? statements : [...statements, ...detectDeletes(shape, source)];
      }
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

  #batchStatements(shape: TableShape, prepared: PreparedBatch, rows: RowSource): Statement[] {
    const context = {
      shape,
      rows,
      columns: prepared.names,
      namespace: prepared.batch.namespace,
      source: prepared.source,
      keyFrom: this.definition.keyFrom ?? {},
      rules: this.#internals.rules ?? ALL_RULES,
    };
    if (shape.mode === 'replaced') return replaceStatements(context, prepared.plan.parts);
    return prepared.plan.parts.flatMap((part) => {
      const untold = part.untold.map((index) => prepared.names[index]!);
      return shape.mode === 'history'
        ? historyStatements(context, part, untold)
        : partStatements(context, part, untold);
    });
  }
}

function prepareItems(
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

/** Adds the COPY of a batch to the pipeline; the staging table is made once per connection and set of columns. */
async function stage(
  session: Session,
  pipeline: Pipeline,
  prepared: PreparedBatch,
  inUse: Set<string>,
): Promise<RowSource> {
  const signature = createStage('', prepared.columns);
  let name = session.stages.get(signature);
  if (name === undefined) {
    // Each commit empties all of a connection's staging tables: keep few.
    for (const [oldest, unused] of session.stages) {
      if (session.stages.size < MOST_STAGES || inUse.has(unused)) break;
      await session.query(`DROP TABLE ${unused}`);
      session.stages.delete(oldest);
    }
    name = `rtdp_stage_${session.nextStage++}`;
    await session.query(createStage(name, prepared.columns));
  }
  // The map's order is the order of use.
  session.stages.delete(signature);
  session.stages.set(signature, name);
  inUse.add(name);
  pipeline.copy(copyStatement(name), [stageData(prepared.choice)]);
  return new StagedRows(name);
}

function fence(
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

function itemSource(shape: TableShape, item: SinkItem): string[] {
  if (item.kind === 'reread') return [];
  return [sourceOf(shape, item.kind === 'rows' || item.kind === 'replace' ? item.batch.namespace : item.namespace)];
}

function countOutcome(
  prepared: readonly (PreparedBatch | undefined)[],
  result: PipelineResult,
  counts: readonly { step: number; as: CountedAs }[],
  commitNumber: bigint,
): SinkOutcome {
  const sums: Record<CountedAs, number> = {
    applied: 0,
    deleted: 0,
    asked: 0,
    'asked-again': 0,
    truncated: 0,
    detected: 0,
    nothing: 0,
  };
  for (const { step, as } of counts) sums[as] += result.counts[step] ?? 0;
  let sent = 0;
  let stale = 0;
  let superseded = 0;
  for (const each of prepared) {
    sent += each?.plan.sent ?? 0;
    stale += each?.plan.stale ?? 0;
    superseded += each?.plan.superseded ?? 0;
  }
  return {
    applied: sums.applied + superseded,
    deleted: sums.deleted,
    stale: stale + Math.max(0, sent - sums.applied - sums.deleted - sums.asked),
    rereads: sums.asked + sums['asked-again'],
    truncated: sums.truncated,
    detected: sums.detected,
    commitNumber,
    committedAt: Date.now(),
  };
}
