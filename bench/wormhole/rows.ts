/** Decides which rows the Wormhole bench stores: the ten mixed columns of every bench, as UMS messages and as COPY text of the same values. */
import type { OutgoingMessage } from '@rtdp/bus/bus';
import { envelopePrefix, envelopeSuffix } from '@rtdp/ums/envelope';
import { formatKafkaKey } from '@rtdp/ums/kafka-key';
import { parseNamespace } from '@rtdp/ums/namespace';
import { type UmsField, withSystemFields } from '@rtdp/ums/types';

export const TOPIC = 'postgresql.bench';
export const NAMESPACE = 'postgresql.bench.public.mixed.1.0.0';
export const PARTITIONS = 4;
const ROWS_PER_MESSAGE = 500;

const FIELDS: readonly UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, sourceType: 'bigint', key: true },
  { name: 'quantity', type: 'int', nullable: true, encoded: false, sourceType: 'integer' },
  { name: 'price', type: 'decimal', nullable: true, encoded: false, sourceType: 'numeric(12,2)' },
  { name: 'note', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
  { name: 'created', type: 'datetime', nullable: true, encoded: false, sourceType: 'timestamptz(6)' },
  { name: 'active', type: 'boolean', nullable: true, encoded: false, sourceType: 'boolean' },
  { name: 'attributes', type: 'jsonobject', nullable: true, encoded: false, sourceType: 'jsonb' },
  { name: 'token', type: 'string', nullable: true, encoded: false, sourceType: 'uuid' },
  { name: 'score', type: 'double', nullable: true, encoded: false, sourceType: 'double precision' },
  { name: 'name', type: 'string', nullable: true, encoded: false, sourceType: 'varchar(40)' },
];

/** The table as somebody would make it by hand for the same rows. */
export const TABLE_COLUMNS = `id bigint, quantity integer, price numeric(12,2), note text, created timestamptz, active boolean,
  attributes jsonb, token uuid, score double precision, name varchar(40), ums_id_ bigint, ums_ts_ timestamp`;

export interface Pass {
  operation: 'i' | 'u';
  /** Added to every id, so that a later pass is newer. */
  pass: number;
  rows: number;
  seed: number;
}

/** Rows in the order of a scattered key, so that an index is met as a real load meets it. */
function* rowsOf({ pass, rows, seed }: Pass): Generator<{ id: string; umsId: string; values: (string | null)[] }> {
  let state = (seed + pass * 7919) >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
  const firstId = (BigInt(1_750_000_000_000 + pass * 1_000_000) << 20n) + 1n;
  for (let row = 0; row < rows; row++) {
    const id = String((row * 7_368_787) % rows);
    const hex = (digits: number): string =>
      below(16 ** digits)
        .toString(16)
        .padStart(digits, '0');
    const null2 = (value: string): string | null => (below(50) === 0 ? null : value);
    yield {
      id,
      umsId: String(firstId + BigInt(row) * 4n),
      values: [
        null2(String(below(100_000))),
        null2(`${below(100_000)}.${String(below(100)).padStart(2, '0')}`),
        null2(`note ${row} of pass ${pass} on a row that is neither short nor long`),
        null2(
          `2025-0${1 + below(9)}-1${below(10)} 1${below(10)}:${10 + below(50)}:${10 + below(50)}.${100000 + below(900000)}`,
        ),
        null2(below(2) === 0 ? 'true' : 'false'),
        null2(`{"size": ${below(50)}, "color": "green"}`),
        null2(`${hex(6)}${hex(2)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(6)}${hex(6)}`),
        null2(String(below(1_000_000) / 1000)),
        null2(`customer ${below(1_000_000)}`),
      ],
    };
  }
}

const TIMESTAMP = '2026-01-01 00:00:00.000000';
/** Columns whose UMS value is a JSON number or word, not a text. */
const BARE = new Set([0, 4, 7]);

/** All messages of a pass, about a thousandth of a row each object: made before anything is timed. */
export function messagesOf(pass: Pass): OutgoingMessage[] {
  const head = { kind: 'data_increment_data', namespace: NAMESPACE, batchId: 0, fields: withSystemFields(FIELDS) };
  const prefix = envelopePrefix(head);
  const key = formatKafkaKey({
    kind: head.kind,
    namespace: parseNamespace(NAMESPACE),
    epochMillis: 1_750_000_000_000,
    instance: 'bench',
  });
  const open: string[][] = Array.from({ length: PARTITIONS }, () => []);
  const messages: OutgoingMessage[] = [];
  const close = (partition: number): void => {
    const rows = open[partition]!;
    if (rows.length === 0) return;
    messages.push({
      partition,
      key,
      value: Buffer.from(prefix + rows.join(',') + envelopeSuffix({ publishTs: Date.now() })),
    });
    open[partition] = [];
  };
  for (const { id, umsId, values } of rowsOf(pass)) {
    const partition = Number(id) % PARTITIONS;
    const cells = values.map((value, at) => (value === null ? 'null' : BARE.has(at) ? value : JSON.stringify(value)));
    open[partition]!.push(
      `{"tuple":["${umsId}","${TIMESTAMP}","${pass.operation}","${umsId}","${id}",${cells.join(',')}]}`,
    );
    if (open[partition]!.length === ROWS_PER_MESSAGE) close(partition);
  }
  for (let partition = 0; partition < PARTITIONS; partition++) close(partition);
  return messages;
}

/** The same rows as COPY text, in blocks of about a megabyte. */
export function copyTextOf(pass: Pass): Buffer[] {
  const blocks: Buffer[] = [];
  let lines: string[] = [];
  for (const { id, umsId, values } of rowsOf(pass)) {
    lines.push(`${id}\t${values.map((value) => value ?? '\\N').join('\t')}\t${umsId}\t${TIMESTAMP}\n`);
    if (lines.length === 5_000) {
      blocks.push(Buffer.from(lines.join('')));
      lines = [];
    }
  }
  blocks.push(Buffer.from(lines.join('')));
  return blocks;
}
