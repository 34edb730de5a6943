import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, type ColumnStorage, STORAGES_OF, type TextColumn } from './batch.ts';
import { BatchReader } from './batch-reader.ts';
import { BatchWriter } from './batch-writer.ts';
import type { RtdpError } from './error.ts';
import { heartbeatMessage } from './marks.ts';
import { anyRow, EVERY_TYPE } from './message.arbitrary.ts';
import { type MessageToWrite, readMessage, writeMessage } from './message.ts';
import { peekHead } from './message-head.ts';
import { dataFields, type UmsField, type UmsType, type UmsValue, withSystemFields } from './types.ts';

const namespace = 'postgresql.shop.public.orders.1.0.0';
const timestamp = '2026-01-01 00:00:00.000001';
const kind = 'data_increment_data';
const columns = dataFields(EVERY_TYPE);

const table: readonly UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, key: true },
  { name: 'count', type: 'int', nullable: true, encoded: false },
  { name: 'note', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
];

function message(rows: UmsValue[][], more: Partial<MessageToWrite> = {}): Buffer {
  const fields = withSystemFields(table);
  return writeMessage({ kind, namespace, batchId: 0, fields, rows, ...more });
}

const row = (id: number, operation = 'i', count: UmsValue = 1, note: UmsValue = 'x'): UmsValue[] => {
  return [String(id), timestamp, operation, String(id), String(id), count, note];
};

const typed = (): BatchReader => new BatchReader({ fields: table, storages: ['int64', 'int32', 'text'] });

function texts(batch: Batch, index: number): (string | null)[] {
  const column = batch.columns[index] as TextColumn;
  return Array.from({ length: batch.rowCount }, (_, at) =>
    column.nulls[at] === 1
      ? null
      : Buffer.from(column.bytes).toString('utf8', column.offsets[at]!, column.offsets[at + 1]!),
  );
}

describe('every value of every type', () => {
  const storages = fc.tuple(...columns.map((field) => fc.constantFrom<ColumnStorage>(...STORAGES_OF[field.type])));

  it('survives writing, reading into columns, and writing again', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), storages, (rows, plan) => {
        const bytes = writeMessage({ kind, namespace, batchId: 3, fields: EVERY_TYPE, rows });
        const reader = new BatchReader({ fields: columns, storages: plan });
        expect(reader.append(bytes)).toBe(rows.length);
        const batch = reader.take();
        const again = new BatchWriter({ kind, namespace, batchId: 3, fields: columns }).write(batch, 0, batch.rowCount);
        // The unique text is not held by a batch: the writer puts the id there.
        const expected = rows.map((values) => values.with(3, values[0]!));
        expect(readMessage(again)).toEqual({
          kind,
          namespace,
          version: '1.3',
          batchId: 3,
          fields: EVERY_TYPE,
          rows: expected,
        });
        expect(again.equals(writeMessage({ kind, namespace, batchId: 3, fields: EVERY_TYPE, rows: expected }))).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('a batch', () => {
  it('gathers messages, is taken, and the reader starts anew', () => {
    const reader = typed();
    expect(reader.append(message([row(1), row(2, 'u', null, 'ü"\\')]))).toBe(2);
    expect(reader.append(message([row(3, 'd', -7, null)], { kind: 'data_initial_data' }))).toBe(1);
    expect(reader.rowCount).toBe(3);
    const batch = reader.take();
    expect(batch).toMatchObject({ rowCount: 3, namespace, kind });
    expect([...batch.ids]).toEqual([1n, 2n, 3n]);
    expect(String.fromCharCode(...batch.operations)).toBe('iud');
    expect(batch.columns[0]).toMatchObject({ storage: 'int64', values: BigInt64Array.of(1n, 2n, 3n) });
    expect(batch.columns[1]).toMatchObject({ values: Int32Array.of(1, 0, -7), nulls: Uint8Array.of(0, 1, 0) });
    expect(texts(batch, 2)).toEqual(['x', 'ü"\\', null]);
    expect(reader.rowCount).toBe(0);
    reader.append(message([row(9, 'i', 9, 'other')]));
    expect(texts(batch, 2)).toEqual(['x', 'ü"\\', null]);
    expect([...batch.ids]).toEqual([1n, 2n, 3n]);
    expect(texts(reader.take(), 2)).toEqual(['other']);
    expect(reader.counts.plain).toBe(0);
  });

  it('grows without losing a row', () => {
    const reader = typed();
    for (let index = 0; index < 300; index++) {
      const rows = [row(2 * index + 1, 'i', index, 'n'.repeat(index)), row(2 * index + 2, 'u', null, null)];
      reader.append(message(rows, index % 7 === 0 ? { unchanged: [undefined, [5, 6]] } : {}));
    }
    const batch = reader.take();
    expect(batch.rowCount).toBe(600);
    expect(texts(batch, 2).filter((_, at) => at % 2 === 0)).toEqual(
      Array.from({ length: 300 }, (_, at) => 'n'.repeat(at)),
    );
    const marks = [...batch.columns[2]!.untold!];
    expect(marks.filter((mark) => mark === 1)).toHaveLength(43);
    expect(marks[1]).toBe(1);
    expect(marks[3]).toBe(0);
  });

  it('marks what a row does not tell, and only where a row does not', () => {
    const reader = typed();
    reader.append(message([row(1)]));
    const bytes = message([row(2, 'u', null, null), row(3, 'd', null, null)], {
      unchanged: [[6], undefined],
      unknown: [undefined, [5, 6]],
    });
    reader.append(bytes);
    const batch = reader.take();
    expect(batch.columns[0]!.untold).toBe(undefined);
    expect([...batch.columns[1]!.untold!]).toEqual([0, 0, 2]);
    expect([...batch.columns[2]!.untold!]).toEqual([0, 1, 2]);
    const again = new BatchWriter({ kind, namespace, batchId: 0, fields: table }).write(batch, 1, 3);
    expect(again.equals(bytes)).toBe(true);
  });

  it('takes all rows of a message or none', () => {
    const reader = typed();
    reader.append(message([row(1)]));
    const bad = message([row(2, 'u', null, 'kept?'), row(3)], { unchanged: [[5], undefined] })
      .toString()
      .replace('"3","3",1', '"3","3",1.5');
    expect(() => reader.append(Buffer.from(bad))).toThrow(/payload\[1\]\.tuple\[5\] \(column count, type int\) is 1.5/);
    expect(reader.rowCount).toBe(1);
    reader.append(message([row(4)]));
    const batch = reader.take();
    expect([...batch.ids]).toEqual([1n, 4n]);
    expect(batch.columns[1]!.untold ?? Uint8Array.of(0, 0)).toEqual(Uint8Array.of(0, 0));
    expect(texts(batch, 2)).toEqual(['x', 'x']);
  });

  it('is written into the memory of one that was given back', () => {
    const reader = typed();
    for (let index = 0; index < 200; index++) reader.append(message([row(index + 1, 'i', index, 'long '.repeat(20))]));
    const first = reader.take();
    reader.append(message([row(1)]));
    expect(reader.recycle(first)).toBe(true);
    expect(reader.recycle(first)).toBe(false);
    expect(typed().recycle(reader.take())).toBe(false);
    for (let index = 0; index < 300; index++) {
      reader.append(
        message([row(index + 1, 'u', null, null), row(index + 2, 'd', index, `${index}`)], {
          unchanged: [[5], undefined],
        }),
      );
    }
    const again = reader.take();
    expect(again.rowCount).toBe(600);
    expect(texts(again, 2)).toEqual(
      Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? null : String((at - 1) / 2))),
    );
    expect([...again.columns[1]!.untold!].every((mark, at) => mark === (at % 2 === 0 ? 1 : 0))).toBe(true);
    reader.append(message([row(5)]));
    const plain = reader.take();
    expect(plain.columns[1]!.untold).toBe(undefined);
    reader.recycle(plain);
    const next = reader.take();
    reader.append(message([row(6)]));
    expect(reader.take().ids.buffer).toBe(plain.ids.buffer);
    expect(next.rowCount).toBe(0);
  });

  it('passes over skipped and unplanned columns', () => {
    const reader = new BatchReader({ fields: [table[2]!, table[0]!], storages: ['text', 'skip'] });
    reader.append(message([row(1), row(2, 'i', null, null)]));
    const batch = reader.take();
    expect(batch.columns[1]).toBe(undefined);
    expect(texts(batch, 0)).toEqual(['x', null]);
  });
});

describe('forms of other writers', () => {
  const plainText = message([row(1, 'i', 5, 'a "b"'), row(2)], { context: { source: 'shop' } }).toString();
  const parsed = JSON.parse(plainText);

  it.each<[string, string, boolean]>([
    ['white space', JSON.stringify(parsed, null, 2), true],
    ['spaces as Python writes them', plainText.replace(/("|\]|\}|\d),/g, '$1, ').replaceAll('":', '": '), true],
    [
      'unknown members',
      JSON.stringify({
        x: [1],
        ...parsed,
        payload: parsed.payload.map((one: object) => ({ ...one, more: { a: '}' } })),
      }),
      true,
    ],
    ['another order of members', JSON.stringify(Object.fromEntries(Object.entries(parsed).reverse())), false],
    ['escaped names', plainText.replace('"tuple"', '"t\\u0075ple"'), false],
    ['numbers in quotes', plainText.replace('"1",5', '"1","5"'), false],
    ['another form of a number', plainText.replace('"1",5', '"1",5.0'), false],
  ])('%s', (_, text, scanned) => {
    const reader = typed();
    expect(reader.append(Buffer.from(text))).toBe(2);
    const batch = reader.take();
    expect(batch.columns[1]).toMatchObject({ values: Int32Array.of(5, 1) });
    expect(texts(batch, 2)).toEqual(['a "b"', 'x']);
    expect(reader.counts.plain).toBe(scanned ? 0 : 1);
  });

  it('escapes of every kind', () => {
    const escapes = '\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u6f22\\ud83d\\ude42\\u0000';
    const reader = typed();
    reader.append(Buffer.from(plainText.replace('"x"', `"${escapes}"`)));
    expect(texts(reader.take(), 2)[1]).toBe('"\\/\b\f\n\r\tAé漢🙂\0');
    expect(reader.counts.plain).toBe(0);
  });
});

describe('what does not fit', () => {
  const code = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return (error as RtdpError).code;
    }
    return 'none';
  };

  it('is refused with a code', () => {
    const reader = typed();
    const heartbeat = writeMessage(heartbeatMessage({ namespace, batchId: 0, id: 1n, timestamp }));
    expect(code(() => reader.append(heartbeat))).toBe('UMS_KIND');
    reader.append(message([row(1)]));
    expect(code(() => reader.append(message([row(2)], { namespace: namespace.replace('.1.', '.2.') })))).toBe(
      'UMS_BATCH_MIXED',
    );
    expect(code(() => new BatchReader({ fields: table, storages: ['int32', 'text', 'text'] }))).toBe('UMS_PLAN');
    expect(code(() => new BatchReader({ fields: table, storages: [] }))).toBe('UMS_PLAN');
    const other = new BatchReader({ fields: [{ ...table[0]!, type: 'string' as UmsType }], storages: ['text'] });
    expect(code(() => other.append(message([row(1)])))).toBe('UMS_PLAN');
    const missing = new BatchReader({ fields: [{ ...table[0]!, name: 'gone' }], storages: ['text'] });
    expect(code(() => missing.append(message([row(1)])))).toBe('UMS_PLAN');
    const batch = new BatchReader({ fields: table, storages: ['text', 'text', 'skip'] }).take();
    expect(code(() => new BatchWriter({ kind, namespace, batchId: 0, fields: table }).write(batch, 0, 0))).toBe(
      'UMS_PLAN',
    );
    expect(reader.rowCount).toBe(1);
  });

  it('counts kinds that nobody knows', () => {
    const reader = typed();
    const strange = Buffer.from(
      message([row(1)])
        .toString()
        .replace(kind, 'data_from_the_future'),
    );
    expect(reader.append(strange)).toBe(0);
    expect(reader.append(strange)).toBe(0);
    expect([...reader.counts.unknownKinds]).toEqual([['data_from_the_future', 2]]);
    expect(reader.rowCount).toBe(0);
  });
});

describe('peekHead', () => {
  const context = { source: 'shop', tx: [[0, '7', timestamp]], note: '],"context":{' };

  it('tells kind, table and context without the rows', () => {
    const head = peekHead(message([row(1, 'i', 1, ']],"context":{"no":1}')], { context, batchId: 4 }));
    expect(head).toMatchObject({ kind, namespace, batchId: 4 });
    expect(head.fields()).toEqual(withSystemFields(table));
    expect(head.context()).toEqual(context);
    expect(peekHead(message([])).context()).toBe(undefined);
  });

  it('gives one key for one list of fields', () => {
    const key = (more: Partial<MessageToWrite>) => peekHead(message([], more)).fieldsKey;
    expect(key({})).toBe(key({ batchId: 9, namespace: namespace.replace('orders', 'others') }));
    expect(key({})).not.toBe(key({ fields: withSystemFields(table.slice(1)) }));
  });
});
