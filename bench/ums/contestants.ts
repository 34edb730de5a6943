/** Decides what the UMS bench compares: our reader and writer, and JSON.parse and JSON.stringify doing the same work. */
import { BatchReader } from '@rtdp/ums/batch-reader';
import { BatchWriter } from '@rtdp/ums/batch-writer';
import { type MessageToWrite, readMessage, writeMessage } from '@rtdp/ums/message';
import { createRandom } from '@rtdp/ums/random-message';
import { ParsedColumns } from './reference.ts';
import { FIELDS, makeMessage, NAMESPACE, ROWS_PER_MESSAGE } from './rows.ts';

const MESSAGES = 10;
/** Few messages, gone over several times in a round: the round pays for its garbage, but not for looking at ours. */
const PASSES = 4;
const PASS_ROWS = MESSAGES * ROWS_PER_MESSAGE;
/** That each goes over in one round. */
export const ROWS = PASSES * PASS_ROWS;
const STORAGES = ['int64', 'int32', 'text', 'text', 'text', 'boolean', 'text', 'text', 'float64', 'text'] as const;

export interface Contestant {
  readonly name: string;
  /** Goes once over all messages; what it returns keeps the work from being thought useless. */
  readonly work: () => number;
}

/** In this order: decode, its reference, encode, its reference, and a reference that makes no bytes. */
export function makeContestants(seed: number): { contestants: Contestant[]; bytesPerRow: number } {
  const random = createRandom(seed);
  const plain = Array.from({ length: MESSAGES }, (_, index) =>
    makeMessage(() => random.below(2 ** 31) / 2 ** 31, index),
  );
  const encoded = plain.map((message) => writeMessage(message));
  const bytesPerRow = Math.round(encoded.reduce((sum, message) => sum + message.length, 0) / PASS_ROWS);
  const single = [decodeOurs(encoded), decodeReference(encoded), encodeOurs(encoded), ...encodeReferences(plain)];
  const contestants = single.map(({ name, work }) => ({ name, work: () => repeat(work) }));
  return { contestants, bytesPerRow };
}

function repeat(work: () => number): number {
  let rows = 0;
  for (let pass = 0; pass < PASSES; pass++) rows += work();
  return rows;
}

function decodeOurs(encoded: readonly Buffer[]): Contestant {
  const reader = new BatchReader({ fields: FIELDS, storages: STORAGES });
  const work = () => {
    for (const message of encoded) reader.append(message);
    const batch = reader.take();
    // As a sink does when its transaction is committed.
    reader.recycle(batch);
    return batch.rowCount;
  };
  return { name: 'decode', work };
}

function decodeReference(encoded: readonly Buffer[]): Contestant {
  const columns = new ParsedColumns(PASS_ROWS);
  const work = () => {
    columns.clear();
    for (const message of encoded) columns.append(message);
    return columns.rowCount;
  };
  return { name: 'decode by JSON.parse', work };
}

function encodeOurs(encoded: readonly Buffer[]): Contestant {
  const reader = new BatchReader({ fields: FIELDS, storages: STORAGES });
  for (const message of encoded) reader.append(message);
  const batch = reader.take();
  const writer = new BatchWriter({ kind: 'data_increment_data', namespace: NAMESPACE, batchId: 0, fields: FIELDS });
  for (const [index, message] of encoded.entries()) {
    const start = index * ROWS_PER_MESSAGE;
    if (!writer.write(batch, start, start + ROWS_PER_MESSAGE).equals(message)) {
      throw new Error(`message ${index} is not written with the same bytes`);
    }
  }
  const work = () => {
    // Given back as a sender does when the message is acknowledged.
    for (let start = 0; start < PASS_ROWS; start += ROWS_PER_MESSAGE) {
      writer.recycle(writer.write(batch, start, start + ROWS_PER_MESSAGE));
    }
    return PASS_ROWS;
  };
  return { name: 'encode', work };
}

/** The objects stand ready; making them from columns would cost as much again. Kafka takes bytes, but the text alone is shown too. */
function encodeReferences(plain: readonly MessageToWrite[]): Contestant[] {
  const objects = plain.map((message) => {
    const { version, kind, namespace, batchId, fields, rows } = readMessage(writeMessage(message));
    return {
      protocol: { type: kind, version },
      schema: { namespace, batchId, fields },
      payload: rows.map((tuple) => ({ tuple })),
    };
  });
  const over = (write: (object: object) => number) => () => {
    for (const object of objects) if (write(object) === 0) return 0;
    return PASS_ROWS;
  };
  // Kept, as ours is.
  const bytes = Buffer.alloc(1 << 20);
  return [
    { name: 'encode by JSON.stringify', work: over((object) => bytes.write(JSON.stringify(object))) },
    { name: 'encode by JSON.stringify, text only', work: over((object) => JSON.stringify(object).length) },
  ];
}
