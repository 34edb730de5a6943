/** Decides how an incomplete row asks to be read again: its namespace and key, in the Kafka transaction of the row itself. */
import { formatNamespace } from '@rtdp/ums/namespace';
import type { UmsValue } from '@rtdp/ums/types';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { PipelineMessage } from './contract.ts';
import { type RowText, type TableShape, VALUE } from './message-writer-contract.ts';

/** A record in the topic of re-reads. */
export interface RereadRequest {
  source: string;
  namespace: string;
  /** The source's own names. */
  table: { schema: string; table: string };
  /** By column, in the JSON form of its type. */
  key: Record<string, UmsValue>;
  /** Of the incomplete row, as text. */
  id: string;
  reason: 'unchanged-columns' | 'key-change';
  at: number;
}

/** Undefined if the row does not tell its whole key. */
export function rereadMessage(
  source: string,
  table: { schema: string; table: string },
  shape: TableShape,
  row: RowText,
  id: bigint,
  reason: RereadRequest['reason'],
  millis: number,
): PipelineMessage | undefined {
  if (shape.keyColumns.length === 0) return undefined;
  const key: Record<string, UmsValue> = {};
  for (const column of shape.keyColumns) {
    if (row.states[column] !== VALUE) return undefined;
    const [start, end] = [row.starts[column]!, row.ends[column]!];
    const scratch = Buffer.allocUnsafe((end - start) * 8 + 16);
    const written = shape.writers[column]!(scratch, 0, row.buffer, start, end);
    key[shape.fields[column]!.name] = JSON.parse(scratch.toString('utf8', 0, written)) as UmsValue;
  }
  const namespace = formatNamespace(shape.schema.namespace);
  const request: RereadRequest = { source, namespace, table, key, id: id.toString(), reason, at: millis };
  return {
    topic: DBUS_TOPICS.rereads,
    partition: 0,
    key: `${namespace}/${JSON.stringify(key)}`,
    value: Buffer.from(JSON.stringify(request)),
  };
}
