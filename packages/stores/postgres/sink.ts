/**
 * The Postgres sink: decides what one transaction of a sink table consists of. Staging first (it needs no lock), then the fence (position row,
 * epoch, floor), then the guarded statements in the order of the work, the position last. Everything leaves in one write.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';
import type { Claim, ReplayWork, SinkDefinition, SinkItem, SinkOutcome, SinkWork, TableSink } from '../contract.ts';
import { collectRemembered } from './collect.ts';
import type { Connections, Session } from './connect.ts';
import { countOutcome } from './count-outcome.ts';
import { quoteLiteral } from './dialect.ts';
import type { PlanFunction } from './prepare-batch.ts';
import { sourceOf, unknownColumns } from './prepare-batch.ts';
import { ArrayRows, type RowSource } from './row-source.ts';
import { stageBatch } from './staging.ts';
import type { CountedAs, GuardRules, Statement } from './statement.ts';
import { ALL_RULES } from './statement.ts';
import { checkTable, ensureTable, evolveTable, readShape } from './table-schema.ts';
import type { TableShape } from './table-shape.ts';
import { checkDefinition } from './table-shape.ts';
import { detectDeletes, forgetPulls, openPullOf } from './whole-table-statements.ts';
import type { Locks, WorkContext } from './work-statements.ts';
import { fence, itemSource, itemStatements, prepareItems } from './work-statements.ts';

/** From this many rows on, COPY into a staging table is faster than array parameters. */
const BULK_FROM = 500;

/** Only tests set any of these. */
export interface SinkInternals {
  readonly rules?: GuardRules;
  readonly plan?: PlanFunction;
  readonly bulkFrom?: number;
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

  async check(): Promise<void> {
    checkDefinition(this.definition);
    await this.#connections.transaction(this.#facts, (session) => checkTable(session, this.definition));
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
      session.query<{ epoch: string; next_offset: string | null; open_pull: string | null }>(
        `INSERT INTO rtdp.sink_progress AS p (sink_id, topic, partition, epoch, worker) VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (sink_id, topic, partition) DO UPDATE SET epoch = p.epoch + 1, worker = excluded.worker, updated_at = now()
         RETURNING epoch, next_offset, ${openPullOf('p')} AS open_pull`,
        [sinkId, topic, partition, worker],
      ),
    );
    const row = rows[0]!;
    const nextOffset = row.next_offset === null ? null : BigInt(row.next_offset);
    return { epoch: BigInt(row.epoch), nextOffset, openPull: row.open_pull };
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
        ...(work.anew ? [forgetPulls(sinkId)] : []),
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

  async replay(work: ReplayWork): Promise<SinkOutcome> {
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
          each &&
            (staged ? await stageBatch(session, pipeline, each, inUse) : new ArrayRows(each.choice, each.columns)),
        );
      }
      const sources = new Set([...lockedSources, ...items.flatMap((item) => itemSource(shape, item))]);
      const exclusive =
        lockedSources.length > 0 || items.some((item) => item.kind === 'truncate' || item.kind === 'pull-end');
      pipeline.execute(...fence(shape, locks, [...sources].sort(), exclusive));
      const context: WorkContext = {
        shape,
        locks,
        keyFrom: this.definition.keyFrom ?? {},
        rules: this.#internals.rules ?? ALL_RULES,
      };
      const counts: { step: number; as: CountedAs }[] = [];
      const add = (statement: Statement) =>
        counts.push({ step: pipeline.execute(statement.text, statement.parameters), as: statement.countedAs });
      for (const [index, item] of items.entries()) {
        for (const statement of itemStatements(context, item, prepared[index], rowSources[index])) add(statement);
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
}
