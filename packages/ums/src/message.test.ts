import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtdpError } from './error.ts';
import { heartbeatMessage, pullMessage, readMark, readPull, terminationMessage, truncateMessage } from './marks.ts';
import { anyRow, EVERY_TYPE } from './message.arbitrary.ts';
import { type MessageToWrite, readMessage, writeMessage } from './message.ts';
import { familyOf, MESSAGE_KINDS } from './message-kinds.ts';
import { type UmsField, type UmsType, withSystemFields } from './types.ts';

const namespace = 'postgresql.shop.public.orders.1.0.0';
const timestamp = '2026-01-01 00:00:00.000001';

function one(field: Partial<UmsField> & { type: UmsType }, value: unknown, more: Record<string, unknown> = {}): string {
  const fields = withSystemFields([{ name: 'a', nullable: true, encoded: false, ...field }]);
  return JSON.stringify({
    protocol: { type: 'data_increment_data', version: '1.3' },
    schema: { namespace, batchId: 0, fields },
    payload: [{ tuple: ['5', timestamp, 'i', '5', value] }],
    ...more,
  });
}

function refusal(source: string | Uint8Array): RtdpError {
  try {
    readMessage(source);
  } catch (error) {
    expect(error).toBeInstanceOf(RtdpError);
    return error as RtdpError;
  }
  return expect.unreachable('the message was taken');
}

describe('every value of every type', () => {
  it('survives writing and reading', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 3 }), (rows) => {
        const fields = EVERY_TYPE;
        const message: MessageToWrite = { kind: 'data_increment_data', namespace, batchId: 7, fields, rows };
        expect(readMessage(writeMessage(message))).toEqual({ ...message, version: '1.3' });
      }),
      { numRuns: 500 },
    );
  });
});

describe('forms of other writers', () => {
  it.each<[UmsType, unknown, unknown]>([
    ['int', '42', 42],
    ['int', 1e2, 100],
    ['long', 42, '42'],
    ['decimal', 1.5, '1.5'],
    ['double', '1.5', 1.5],
    ['boolean', 'true', true],
    ['long', '_NULL_', null],
    ['string', '_NULL_', null],
    ['jsonobject', '_NULL_', null],
  ])('%s %j is %j', (type, written, read) => {
    expect(readMessage(one({ type }, written)).rows[0]![4]).toBe(read);
  });

  it('keeps all digits of a number that JavaScript cannot hold', () => {
    const text = one({ type: 'decimal' }, 'X').replace('"X"', '123456789012345678901234567890.10');
    expect(readMessage(text).rows[0]![4]).toBe('123456789012345678901234567890.10');
    expect(readMessage(one({ type: 'long' }, 'X').replace('"X"', '9223372036854775807')).rows[0]![4]).toBe(
      '9223372036854775807',
    );
  });

  it('takes _NULL_ for a text where the field is ours', () => {
    const field = { type: 'string', sourceType: 'text' } as const;
    expect(readMessage(one(field, '_NULL_')).rows[0]![4]).toBe('_NULL_');
    const write = (sourceType: object) => () =>
      writeMessage({
        kind: 'data_increment_data',
        namespace,
        batchId: 0,
        fields: withSystemFields([{ name: 'a', type: 'string', nullable: true, encoded: false, ...sourceType }]),
        rows: [['5', timestamp, 'i', '5', '_NULL_']],
      });
    expect(readMessage(write({ sourceType: 'text' })()).rows[0]![4]).toBe('_NULL_');
    expect(write({})).toThrow(expect.objectContaining({ code: 'UMS_NULL_WORD' }));
  });

  it.each(['1.2', '1.3', '1.4'])('reads version %s, with and without ums_uid_', (version) => {
    const message = JSON.parse(one({ type: 'int' }, 1));
    message.protocol.version = version;
    expect(readMessage(JSON.stringify(message)).version).toBe(version);
    message.schema.fields.splice(3, 1);
    message.payload[0].tuple.splice(3, 1);
    expect(readMessage(JSON.stringify(message)).rows).toEqual([['5', timestamp, 'i', 1]]);
  });

  it('reads heartbeats and terminations with their short lists of fields', () => {
    const ts = { name: 'ums_ts_', type: 'datetime', nullable: false };
    const id = { name: 'ums_id_', type: 'long', nullable: false };
    const head = (type: string, fields: object[], tuple: string[]) =>
      JSON.stringify({ protocol: { type, version: '1.2' }, schema: { namespace, fields }, payload: [{ tuple }] });
    const heartbeat = readMessage(head('data_increment_heartbeat', [id, ts], ['9', timestamp]));
    expect(readMark(heartbeat)).toEqual({ id: 9n, timestamp });
    const termination = readMessage(head('data_batch_termination', [ts], [timestamp]));
    expect(readMark(termination)).toEqual({ id: null, timestamp });
    expect(refusal(head('data_increment_heartbeat', [ts], [timestamp])).code).toBe('UMS_FIELDS');
  });
});

describe('kinds', () => {
  it('are all written and read', () => {
    const mark = { namespace, batchId: 3, id: 12n, timestamp, context: { source: 'shop' } };
    const pull = { id: 'p1', firstId: '8', table: 'orders' };
    const fields = withSystemFields([]);
    const row = ['5', timestamp, 'i', '5'];
    const messages = [
      heartbeatMessage(mark),
      truncateMessage(mark),
      terminationMessage(mark),
      terminationMessage(mark, 'batch'),
      pullMessage('start', mark, pull),
      pullMessage('end', mark, pull),
      pullMessage('cancel', mark, pull),
      ...MESSAGE_KINDS.filter((kind) => familyOf(kind) === 'data').map((kind) => ({
        kind,
        namespace,
        batchId: 3,
        fields,
        rows: [row],
      })),
      { kind: 'directive_flow_start', namespace: 'kafka.a.*.*.*.*.*', batchId: 0, fields: [], rows: [] },
      { kind: 'feedback_flow_error', namespace, batchId: 0, fields: [], rows: [] },
    ];
    for (const message of messages) {
      expect(readMessage(writeMessage(message))).toEqual({ ...message, version: '1.3' });
    }
    expect(new Set(messages.map((message) => message.kind))).toEqual(
      new Set([...MESSAGE_KINDS, 'directive_flow_start', 'feedback_flow_error']),
    );
    expect(readPull(readMessage(writeMessage(pullMessage('start', mark, pull))))).toEqual(pull);
    expect(readPull({ context: {} })).toBe(null);
  });

  it('that nobody knows are named, not refused', () => {
    const message = JSON.parse(one({ type: 'int' }, 'not an int'));
    message.protocol = { type: 'data_from_the_future', version: '9' };
    expect(readMessage(JSON.stringify(message))).toMatchObject({ kind: 'data_from_the_future', rows: [], fields: [] });
    expect(familyOf('data_from_the_future')).toBe('unknown');
    expect(() => writeMessage({ ...readMessage(JSON.stringify(message)) })).toThrow(/no kind/);
  });
});

describe('a malformed message is refused with path and value', () => {
  it.each<[string, string | Uint8Array, string, string, string]>([
    ['not JSON', '{"protocol"', 'UMS_NOT_JSON', 'message', '{\\"protocol\\"'],
    ['not UTF-8', Buffer.from([0x7b, 0xff]), 'UMS_NOT_JSON', 'message', '{'],
    ['a list', '[]', 'UMS_SHAPE', 'message', '[]'],
    ['no protocol', '{}', 'UMS_SHAPE', 'protocol', 'undefined'],
    [
      'another version',
      one({ type: 'int' }, 1, { protocol: { type: 'data_increment_data', version: '2.0' } }),
      'UMS_VERSION',
      'protocol.version',
      '2.0',
    ],
    ['a bad namespace', one({ type: 'int' }, 1).replace('.orders.', '..'), 'UMS_NAMESPACE', 'schema.namespace', '..'],
    ['an unknown type', one({ type: 'money' as UmsType }, 1), 'UMS_FIELDS', 'schema.fields[4].type', 'money'],
    [
      'a name twice',
      one({ type: 'int' }, 1).replace('"name":"a"', '"name":"ums_op_"'),
      'UMS_FIELDS',
      'schema.fields[4].name',
      'ums_op_',
    ],
    ['a row too short', one({ type: 'int' }, 1).replace(',1]', ']'), 'UMS_ROW', 'payload[0].tuple', '['],
    ['no tuple', one({ type: 'int' }, 1, { payload: [{}] }), 'UMS_SHAPE', 'payload[0].tuple', 'undefined'],
    ['a payload that is no list', one({ type: 'int' }, 1, { payload: {} }), 'UMS_SHAPE', 'payload', '{}'],
    ['no operation', one({ type: 'int' }, 1).replace('"i"', '"x"'), 'UMS_VALUE', 'payload[0].tuple[2]', 'x'],
    ['an id of zero', one({ type: 'int' }, 1).replace('["5"', '["0"'), 'UMS_VALUE', 'payload[0].tuple[0]', '0'],
    ['no time', one({ type: 'int' }, 1).replace(`"${timestamp}"`, 'null'), 'UMS_VALUE', 'payload[0].tuple[1]', 'null'],
    ['a context that is no object', one({ type: 'int' }, 1, { context: 5 }), 'UMS_SHAPE', 'context', '5'],
    [
      'untold but told',
      one({ type: 'int' }, 1, { payload: [{ tuple: ['5', timestamp, 'u', '5', 1], unchanged: [4] }] }),
      'UMS_ROW',
      'payload[0].unchanged',
      '1',
    ],
    [
      'untold twice',
      one({ type: 'int' }, 1, { payload: [{ tuple: ['5', timestamp, 'u', '5', null], unchanged: [4], unknown: [4] }] }),
      'UMS_ROW',
      'payload[0].unknown',
      '[4]',
    ],
    [
      'untold beyond',
      one({ type: 'int' }, 1, { payload: [{ tuple: ['5', timestamp, 'u', '5', null], unchanged: [5] }] }),
      'UMS_ROW',
      'payload[0].unchanged',
      '[5]',
    ],
  ])('%s', (_, source, code, path, value) => {
    const error = refusal(source);
    expect(error.code).toBe(code);
    expect(error.facts.path).toBe(path);
    expect(String(error.facts.value)).toContain(value);
    expect(error.next).not.toBe('');
  });

  it.each<[UmsType, readonly unknown[]]>([
    ['int', [1.5, 2147483648, '2147483648', '01', '', true, [], {}]],
    ['long', ['9223372036854775808', '-9223372036854775809', '-0', '01', '1.0', '', 'x', 1.5, true]],
    ['float', ['x', '', '1e400', '+1', 'nan', true]],
    ['double', ['1e400', '0x10', ' 1', [], true]],
    ['decimal', ['', '.', '1.', '.5', '1,5', 'nan', true]],
    ['boolean', [0, 1, 't', 'TRUE', '']],
    ['string', [1, true, [], '\ud800']],
    ['date', ['2026-13-01', '2026-1-1', '2026-01-32', '20260101', 'today', '', 5]],
    [
      'datetime',
      [
        '2026-01-01',
        '2026-01-01T00:00:00',
        '2026-01-01 24:00:00',
        '2026-01-01 00:00',
        '2026-01-01 00:00:00.',
        '2026-01-01 00:00:00+00',
        '',
      ],
    ],
    ['binary', ['A', 'AA=', 'A===', '====', 'AA-_', 'AAAA AAAA', 1]],
    ['jsonobject', ['', '{', "{'a':1}", 'undefined', {}, 1]],
    ['jsonarray', ['[', '[1,]', []]],
  ])('%s', (type, values) => {
    for (const value of values) {
      const error = refusal(one({ type }, value));
      expect([error.code, error.facts.path, error.facts.value]).toEqual([
        'UMS_VALUE',
        'payload[0].tuple[4]',
        JSON.stringify(value),
      ]);
      expect(error.message).toContain(`type ${type}`);
    }
  });
});

it('refuses to write what would not be read', () => {
  const fields = withSystemFields([{ name: 'a', type: 'int', nullable: true, encoded: false }]);
  const write =
    (row: unknown[], more: object = {}) =>
    () =>
      writeMessage({ kind: 'data_increment_data', namespace, batchId: 0, fields, rows: [row as string[]], ...more });
  expect(write(['5', timestamp, 'i', '5', 1])).not.toThrow();
  expect(write(['5', timestamp, 'i', '5', 'x'])).toThrow(/payload\[0\]\.tuple\[4\]/);
  expect(write(['5', timestamp, 'i', '5'])).toThrow(/4 values for 5 fields/);
  expect(write(['0', timestamp, 'i', '5', 1])).toThrow(/positive/);
  expect(write(['5', timestamp, 'i', '5', 1], { unchanged: [[4]] })).toThrow(/has a value/);
  expect(write(['5', timestamp, 'i', '5', 1], { batchId: -1 })).toThrow(/batchId/);
  expect(write(['5', timestamp, 'i', '5', 1], { namespace: 'a.b' })).toThrow(/2 parts/);
  expect(write(['5', timestamp, 'i', '5', 1], { fields: fields.slice(1) })).toThrow(/ums_id_/);
});
