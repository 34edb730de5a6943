import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { envelopePrefix, envelopeSuffix } from './envelope.ts';
import { heartbeatMessage, pullMessage, terminationMessage, truncateMessage } from './marks.ts';
import { type MessageToWrite, readMessage, writeMessage } from './message.ts';
import { UMS_TYPES, type UmsValue, withSystemFields } from './types.ts';

/** One message per line; the name before the tab. */
const golden = new Map(
  readFileSync(new URL('../golden/wire-form.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t') as [string, string]),
);

const namespace = 'postgresql.shop01.public.%4frders.3.0.0';
const mark = {
  namespace,
  batchId: 2,
  id: 1835008000000000001n,
  timestamp: '2026-01-31 23:59:59.123456',
  context: { source: 'shop01' },
};
const fields = withSystemFields(
  UMS_TYPES.map((type, index) => ({
    name: `a ${type}`,
    type,
    nullable: index > 0,
    encoded: index === 7,
    ...(index === 0 ? { key: true } : {}),
    ...(index === 6 ? { sourceType: 'character varying(40)' } : {}),
  })),
);
const values: UmsValue[] = [
  42,
  '9223372036854775807',
  1.5,
  'NaN',
  '12.50',
  true,
  'Grüße "🙂"\n',
  '0044-03-15 BC',
  'infinity',
  'AAEC',
  '{"a":1}',
  '[1]',
];
const system = (id: string, operation: string) => [id, '2026-01-31 23:59:59.123456', operation, id];

const messages: Record<string, MessageToWrite> = {
  data: {
    kind: 'data_increment_data',
    namespace,
    batchId: 2,
    fields,
    rows: [
      [...system('1835008000000000001', 'i'), ...values],
      [...system('1835008000000000005', 'u'), ...values.with(6, null)],
      [...system('1835008000000000009', 'd'), 42, ...values.slice(1).map(() => null)],
    ],
    unchanged: [undefined, [10], undefined],
    unknown: [undefined, undefined, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
    context: { source: 'shop01', tx: [[0, '771', '2026-01-31 23:59:59.123456']] },
  },
  heartbeat: heartbeatMessage(mark),
  truncate: truncateMessage(mark),
  termination: terminationMessage(mark),
  batchTermination: terminationMessage(mark, 'batch'),
  pullStart: pullMessage('start', mark, { id: 'p1', firstId: '1835008000000000000' }),
  pullEnd: pullMessage('end', mark, { id: 'p1', firstId: '1835008000000000000' }),
};

it.each(Object.entries(messages))('%s', (name, message) => {
  expect(
    writeMessage(message).toString(),
    'The wire form has changed. Topics hold messages of the old form, and the original readers know only that one. Take the change back; ' +
      'if something is added that both old and new readers take, add a line to packages/ums/golden/wire-form.txt and leave the others.',
  ).toBe(golden.get(name));
});

it('is read back from the golden file', () => {
  expect([...golden.keys()].sort()).toEqual(Object.keys(messages).sort());
  for (const [name, text] of golden) {
    expect(writeMessage(readMessage(text)).toString(), name).toBe(text);
  }
});

it('can be written from its parts', () => {
  const { kind, batchId, context } = messages.data!;
  const text = writeMessage(messages.data!).toString();
  const prefix = envelopePrefix({ kind, namespace, batchId, fields });
  const suffix = envelopeSuffix(context);
  expect(prefix.endsWith('"payload":[')).toBe(true);
  expect(text.startsWith(`${prefix}{"tuple":[`)).toBe(true);
  expect(text.endsWith(suffix)).toBe(true);
  expect(writeMessage({ ...messages.data!, rows: [], unchanged: [], unknown: [] }).toString()).toBe(prefix + suffix);
});
