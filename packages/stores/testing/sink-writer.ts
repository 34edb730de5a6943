/** Gives the tests of a sink a table of their own and a writer of rows, so that a test reads as a list of rows. */
import type { UmsField } from '@rtdp/ums/types';
import { batchOfRows, type PlainRow } from '../batch-of-rows.ts';
import type { SinkDefinition, SinkItem, SinkOutcome, Store, TableSink } from '../contract.ts';

export interface SinkUnderTest extends AsyncDisposable {
  store: Store;
  /** Opens a sink as `store.openSink` does, with whatever makes this run of the suite special. */
  openSink(definition: SinkDefinition): TableSink;
  /** All rows, values as text, ordered by all columns. `table` may name a view. */
  rows(schema: string, table: string): Promise<Record<string, string | null>[]>;
  /** Runs a statement beside the store, for tables that are not ours. */
  execute(statement: string): Promise<void>;
}

export const ORDERS = 'postgresql.shop.public.orders.1.0.0';
export const OTHER = 'postgresql.shop.public.old_orders.1.0.0';

export const field = (name: string, sourceType: string, extra: Partial<UmsField> = {}): UmsField => ({
  name,
  type: 'string',
  nullable: true,
  encoded: false,
  sourceType,
  ...extra,
});
export const FIELDS: readonly UmsField[] = [
  field('id', 'bigint', { type: 'long', nullable: false, key: true }),
  field('a', 'text'),
  field('b', 'text'),
];

export const row = (id: number, operation: PlainRow['operation'], values: PlainRow['values']): PlainRow => ({
  id: BigInt(id),
  operation,
  values,
});

export type PullItem = Extract<SinkItem, { kind: 'pull-start' | 'pull-end' | 'pull-cancel' }>;

export function pullMark(
  kind: PullItem['kind'],
  mark: Pick<PullItem, 'pullId' | 'firstId'> & Partial<PullItem>,
): PullItem {
  return { namespace: ORDERS, partitions: 1, ...mark, kind };
}

let tables = 0;

/** A sink with one claimed partition per number. */
export class Writer {
  readonly sink: TableSink;
  readonly fields: readonly UmsField[];
  readonly #positions = new Map<number, { epoch: bigint; offset: bigint | null }>();

  constructor(sink: TableSink, fields: readonly UmsField[]) {
    this.sink = sink;
    this.fields = fields;
  }

  async send(items: SinkItem[], partition = 0): Promise<SinkOutcome> {
    let position = this.#positions.get(partition);
    if (!position) {
      const claim = await this.sink.claim('topic', partition, 'suite');
      position = { epoch: claim.epoch, offset: claim.nextOffset };
      this.#positions.set(partition, position);
    }
    const nextOffset = (position.offset ?? -1n) + 1n;
    const outcome = await this.sink.write({
      topic: 'topic',
      partition,
      epoch: position.epoch,
      expectedOffset: position.offset,
      nextOffset,
      items,
    });
    position.offset = nextOffset;
    return outcome;
  }

  rows(rows: PlainRow[], namespace = ORDERS, kind: 'rows' | 'replace' = 'rows'): SinkItem {
    return { kind, batch: batchOfRows(namespace, this.fields, rows) };
  }

  apply(...rows: PlainRow[]): Promise<SinkOutcome> {
    return this.send([this.rows(rows)]);
  }
}

export interface StartedSink {
  writer: Writer;
  table: string;
  /** The rows that are there, or in a view of the table: values in a line, without the time. */
  look(view?: string): Promise<string[]>;
}

export type StartSink = (changes?: Partial<SinkDefinition>) => Promise<StartedSink>;

export async function startSink(under: SinkUnderTest, changes: Partial<SinkDefinition> = {}): Promise<StartedSink> {
  const table = changes.table ?? `orders_${tables++}`;
  const fields = changes.fields ?? FIELDS;
  const sink = under.openSink({ flow: 'suite', schema: 'suite', fields, deletes: 'physical', ...changes, table });
  await sink.ensure();
  const look = async (view = '') =>
    (await under.rows('suite', table + view)).map((each) =>
      Object.entries(each)
        .filter(([column]) => column !== 'ums_ts_')
        .map(([, value]) => value ?? '∅')
        .join(' '),
    );
  return { writer: new Writer(sink, fields), table, look };
}
