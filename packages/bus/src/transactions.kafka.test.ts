/** Proves what a transaction promises: all or nothing, one writer, an end in time, and clear words when it cannot be. */
import { setTimeout as sleep } from 'node:timers/promises';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import type { RtdpError } from '@rtdp/ums/error';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Bus } from './bus.ts';
import { connectBus } from './connect.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

let bus: Bus;

beforeAll(async () => {
  bus = connectBus({ ...(await testKafka()), clientId: 'transactions-test' });
});

afterAll(() => bus.close());

const text = (value: string) => Buffer.from(value);

async function newTopic(partitions = 2, config: Record<string, string> = {}): Promise<string> {
  const topic = uniqueName('transactions');
  await bus.admin().ensureTopic({ topic, partitions, config });
  return topic;
}

/** Everything a read-committed reader finds in a topic now, partition by partition. */
async function committed(topic: string): Promise<string[]> {
  const found: string[] = [];
  const offsets = await bus.admin().topicOffsets(topic);
  for (const { partition } of offsets) {
    for await (const batch of bus.readFrom(topic, partition, 'earliest')) {
      for (const message of batch.messages) found.push(`${partition}:${message.value}`);
    }
  }
  return found;
}

/** A commit is seen once its markers are written. */
async function expectCommitted(topic: string, messages: string[]): Promise<void> {
  await expect.poll(() => committed(topic), { timeout: 60_000 }).toEqual(messages);
}

test('a transaction over several topics is seen whole, and only after its commit', async () => {
  const data = await newTopic(2);
  const positions = await newTopic(1);
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('whole') });
  await producer.start();
  const transaction = await producer.begin();
  await transaction.sendMany([
    {
      topic: data,
      messages: [
        { partition: 0, key: 'a', value: text('first') },
        { partition: 1, key: null, value: text('second'), headers: { trace: 'x' } },
      ],
    },
    { topic: positions, messages: [{ partition: 0, key: 'source', value: text('7') }] },
  ]);
  await transaction.send(data, [{ partition: 0, key: 'a', value: text('third') }]);
  await expectCommitted(data, []);
  await transaction.commit();
  await expectCommitted(data, ['0:first', '0:third', '1:second']);
  await expectCommitted(positions, ['0:7']);
  await producer.close();
});

test('aborted data is never seen, and what follows it is', async () => {
  const topic = await newTopic(1);
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('abort') });
  await producer.start();
  for (const [value, commit] of [
    ['one', true],
    ['two', false],
    ['three', false],
    ['four', true],
    ['five', false],
  ] as const) {
    const transaction = await producer.begin();
    await transaction.send(topic, [{ partition: 0, key: null, value: text(value) }]);
    if (commit) await transaction.commit();
    else await transaction.abort();
  }
  await expectCommitted(topic, ['0:one', '0:four']);
  await producer.close();
});

test('two producers interleave in one partition: each abort hides its own data only', async () => {
  const topic = await newTopic(1);
  const [left, right] = [1, 2].map((n) => bus.transactionalProducer({ transactionalId: uniqueName(`side${n}`) }));
  await left!.start();
  await right!.start();
  const kept = await left!.begin();
  const dropped = await right!.begin();
  for (let index = 0; index < 3; index++) {
    await kept.send(topic, [{ partition: 0, key: null, value: text(`kept ${index}`) }]);
    await dropped.send(topic, [{ partition: 0, key: null, value: text(`dropped ${index}`) }]);
  }
  await dropped.abort();
  await kept.commit();
  await expectCommitted(topic, ['0:kept 0', '0:kept 1', '0:kept 2']);
  await left!.close();
  await right!.close();
});

test.each([{ alternating: false }, { alternating: true }])(
  'transactions back to back keep order and lose nothing (%o)',
  async ({ alternating }) => {
    const topic = await newTopic(2);
    const producer = bus.transactionalProducer({ transactionalId: uniqueName('many'), alternating });
    await producer.start();
    const expected: string[][] = [[], []];
    for (let index = 0; index < 100; index++) {
      const transaction = await producer.begin();
      const partition = index % 2;
      await Promise.all([
        transaction.send(topic, [{ partition, key: null, value: text(`${index}a`) }]),
        transaction.send(topic, [{ partition, key: null, value: text(`${index}b`) }]),
      ]);
      expected[partition]!.push(`${partition}:${index}a`, `${partition}:${index}b`);
      await transaction.commit();
    }
    await expectCommitted(topic, expected.flat());
    await producer.close();
  },
);

test.each([
  { state: 'with an open transaction', alternating: false },
  { state: 'with an open transaction', alternating: true },
  { state: 'between transactions', alternating: false },
  { state: 'between transactions', alternating: true },
])(
  'a zombie $state (alternating: $alternating) is fenced by the start of its successor, and nothing of it is seen',
  async ({ state, alternating }) => {
    const topic = await newTopic(1);
    const transactionalId = uniqueName('zombie');
    const zombie = bus.transactionalProducer({ transactionalId, alternating });
    await zombie.start();
    const before = await zombie.begin();
    await before.send(topic, [{ partition: 0, key: null, value: text('before') }]);
    if (state === 'between transactions') await before.commit();

    const successor = bus.transactionalProducer({ transactionalId, alternating });
    await successor.start();
    const position = state === 'between transactions' ? ['0:before'] : [];
    // What was committed before is marked, what was open is aborted: a position may be read at once.
    expect(await committed(topic)).toEqual(position);

    const late = state === 'between transactions' ? await zombie.begin() : before;
    await expect(late.send(topic, [{ partition: 0, key: null, value: text('late') }])).rejects.toMatchObject({
      code: 'BUS_FENCED',
      facts: { transactionalId: expect.stringContaining(transactionalId) },
    });
    await expect(late.commit()).rejects.toMatchObject({ code: 'BUS_FENCED' });
    await late.abort();
    await expect(zombie.begin()).rejects.toMatchObject({ code: 'BUS_FENCED' });

    const transaction = await successor.begin();
    await transaction.send(topic, [{ partition: 0, key: null, value: text('after') }]);
    await transaction.commit();
    await expectCommitted(topic, [...position, '0:after']);
    await zombie.close();
    await successor.close();
  },
);

test('of two that start at once with two ids each, one at most goes on writing', async () => {
  const topic = await newTopic(1);
  const transactionalId = uniqueName('rivals');
  const rivals = [1, 2].map(() => bus.transactionalProducer({ transactionalId, alternating: true }));
  const rounds = 30;
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      rivals.map(async (rival, index) => {
        // Each pair of rounds lets another of the two be ahead by a little.
        if (index === round % 2) await sleep(round % 6);
        try {
          await rival.start();
          // As a writer does: on from the newest position, as long as it is let.
          let position = (await committed(topic)).length;
          for (let written = 0; written < 3; written++) {
            const transaction = await rival.begin();
            try {
              await transaction.send(topic, [{ partition: 0, key: null, value: text(`${position++}`) }]);
              await transaction.commit();
            } finally {
              await transaction.abort();
            }
          }
        } catch (error) {
          // The broker may leave open what became of a commit beside which the other takes over; it writes no further either.
          expect(['BUS_FENCED', 'BUS_COMMIT_UNKNOWN']).toContain((error as RtdpError).code);
        }
      }),
    );
  }
  const messages = await committed(topic);
  expect(messages).toEqual(messages.map((_, index) => `0:${index}`));
  expect(messages.length).toBeGreaterThan(rounds);
  for (const rival of rivals) await rival.close();
});

test.each([
  { left: 'an open transaction', alternating: false },
  { left: 'an open transaction', alternating: true },
  { left: 'a committed transaction', alternating: false },
  { left: 'a committed transaction', alternating: true },
  { left: 'no transaction', alternating: true },
])(
  'who starts anew with what it held goes on after $left (alternating: $alternating), but not where another has taken over',
  async ({ left, alternating }) => {
    const topic = await newTopic(1);
    const transactionalId = uniqueName('anew');
    const producer = () => bus.transactionalProducer({ transactionalId, alternating });
    let current = producer();
    await current.start();
    // Each id of two has its turn in one of the rounds.
    for (const round of [0, 1, 2]) {
      const kept = await current.begin();
      await kept.send(topic, [{ partition: 0, key: null, value: text(`kept ${round}`) }]);
      await kept.commit();
      if (left !== 'no transaction') {
        const last = await current.begin();
        await last.send(topic, [{ partition: 0, key: null, value: text(`last ${round}`) }]);
        if (left === 'a committed transaction') await last.commit();
      }
      const { ownership } = current;
      await current.close();
      current = producer();
      await current.start(ownership);
    }
    const lasting = left === 'a committed transaction';
    expect(await committed(topic)).toEqual(
      [0, 1, 2].flatMap((round) => [`0:kept ${round}`, ...(lasting ? [`0:last ${round}`] : [])]),
    );

    const open = await current.begin();
    await open.send(topic, [{ partition: 0, key: null, value: text('never') }]);
    const { ownership } = current;
    await current.close();
    const other = producer();
    await other.start();
    const late = producer();
    await expect(late.start(ownership)).rejects.toMatchObject({ code: 'BUS_FENCED' });
    // Having been refused changes nothing: neither for itself, nor for the other.
    await expect(late.start(late.ownership)).rejects.toMatchObject({ code: 'BUS_FENCED' });
    const transaction = await other.begin();
    await transaction.send(topic, [{ partition: 0, key: null, value: text('of the other') }]);
    await transaction.commit();
    await expect.poll(() => committed(topic), { timeout: 60_000 }).toContain('0:of the other');
    expect(await committed(topic)).not.toContain('0:never');
    for (const each of [late, other]) await each.close();
  },
);

test.each([false, true])(
  'a start that reaches no broker forgets nothing of what is held (alternating: %s)',
  async (alternating) => {
    const transactionalId = uniqueName('away');
    const first = bus.transactionalProducer({ transactionalId, alternating });
    await first.start();
    const { ownership } = first;
    await first.close();
    const away = connectBus({ brokers: ['127.0.0.1:1'], clientId: 'transactions-test' });
    const second = away.transactionalProducer({ transactionalId, alternating });
    await expect(second.start(ownership)).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
    expect(second.ownership).toEqual(ownership);
    await second.close();
    await away.close();
  },
);

test.each([false, true])(
  'who was taken over and starts anew ends no transaction of the other (alternating: %s)',
  async (alternating) => {
    const topic = await newTopic(1);
    const transactionalId = uniqueName('refused');
    const producer = () => bus.transactionalProducer({ transactionalId, alternating });
    const [earlier, other] = [producer(), producer()];
    await earlier.start();
    const { ownership } = earlier;
    await earlier.close();
    await other.start();
    // Each id of two has its turn.
    for (const round of ['first', 'second']) {
      const transaction = await other.begin();
      await transaction.send(topic, [{ partition: 0, key: null, value: text(round) }]);
      const late = producer();
      await expect(late.start(ownership)).rejects.toMatchObject({ code: 'BUS_FENCED' });
      await late.close();
      await transaction.commit();
    }
    await expectCommitted(topic, ['0:first', '0:second']);
    await other.close();
  },
);

test('a zombie that only commits is told so', async () => {
  const topic = await newTopic(1);
  const transactionalId = uniqueName('zombie');
  const zombie = bus.transactionalProducer({ transactionalId });
  await zombie.start();
  const transaction = await zombie.begin();
  await transaction.send(topic, [{ partition: 0, key: null, value: text('never') }]);
  const successor = bus.transactionalProducer({ transactionalId });
  await successor.start();
  await expect(transaction.commit()).rejects.toMatchObject({ code: 'BUS_FENCED' });
  await expectCommitted(topic, []);
  await zombie.close();
  await successor.close();
});

test('a transaction that is open too long is aborted by the broker, and a new start goes on', async () => {
  const topic = await newTopic(1);
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('slow'), transactionTimeoutMs: 5000 });
  await producer.start();
  const transaction = await producer.begin();
  await transaction.send(topic, [{ partition: 0, key: null, value: text('too late') }]);
  // What comes after it is seen once the broker has ended it: it looks for overdue transactions every 10 s.
  const behind = bus.producer();
  await behind.send(topic, [{ partition: 0, key: null, value: text('behind') }]);
  await expectCommitted(topic, ['0:behind']);
  await behind.close();
  await expect(transaction.commit()).rejects.toMatchObject({
    code: 'BUS_TRANSACTION_TIMED_OUT',
    facts: { transactionTimeoutMs: 5000 },
  });
  await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_TIMED_OUT' });
  // The broker ended it, as another that takes the id over would: nobody is in the way all the same.
  await producer.start(producer.ownership);
  const next = await producer.begin();
  await next.send(topic, [{ partition: 0, key: null, value: text('in time') }]);
  await next.commit();
  await expectCommitted(topic, ['0:behind', '0:in time']);
  await producer.close();
});

test.each([{ alternating: false }, { alternating: true }])(
  'a message larger than the topic allows spoils its transaction only (%o)',
  async ({ alternating }) => {
    const topic = await newTopic(1, { 'max.message.bytes': '10000' });
    const producer = bus.transactionalProducer({ transactionalId: uniqueName('large'), alternating });
    await producer.start();
    const transaction = await producer.begin();
    await transaction.send(topic, [{ partition: 0, key: null, value: text('small') }]);
    await expect(
      transaction.send(topic, [{ partition: 0, key: null, value: Buffer.alloc(20_000, 'x') }]),
    ).rejects.toMatchObject({
      code: 'BUS_MESSAGE_TOO_LARGE',
      facts: { largestMessageBytes: 20_000 },
    });
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE' });
    // What was sent stays open at the broker, and would hold readers up: nothing begins before it is aborted.
    await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE', facts: { state: 'failed' } });
    await transaction.abort();
    for (const value of ['next', 'last']) {
      const good = await producer.begin();
      await good.send(topic, [{ partition: 0, key: null, value: text(value) }]);
      await good.commit();
    }
    await expectCommitted(topic, ['0:next', '0:last']);
    await producer.close();
  },
);

test('a transaction of 30 MB in messages of 900 kB arrives whole and in order', async () => {
  const topic = await newTopic(4);
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('big') });
  await producer.start();
  const transaction = await producer.begin();
  const messages = Array.from({ length: 36 }, (_, index) => {
    const value = Buffer.alloc(900_000, index % 251);
    value.writeInt32BE(index, 0);
    return { partition: index % 4, key: `key ${index}`, value };
  });
  await transaction.send(topic, messages);
  await transaction.commit();
  // Waits until the commit's markers are written.
  await producer.start(producer.ownership);
  for (let partition = 0; partition < 4; partition++) {
    const found: number[] = [];
    for await (const batch of bus.readFrom(topic, partition, 'earliest')) {
      for (const { value } of batch.messages) {
        expect(value!.length).toBe(900_000);
        expect(value![899_999]).toBe(value!.readInt32BE(0) % 251);
        found.push(value!.readInt32BE(0));
      }
    }
    expect(found).toEqual(Array.from({ length: 9 }, (_, index) => index * 4 + partition));
  }
  await producer.close();
});

test('a topic or a partition that does not exist is named', async () => {
  const producer = bus.producer();
  const message = { partition: 0, key: null, value: text('x') };
  await expect(producer.send(uniqueName('missing'), [message])).rejects.toMatchObject({ code: 'BUS_TOPIC_MISSING' });
  const topic = await newTopic(1);
  await expect(producer.send(topic, [{ ...message, partition: 5 }])).rejects.toMatchObject({
    code: 'BUS_TOPIC_MISSING',
  });
  await producer.send(topic, [message]);
  await expectCommitted(topic, ['0:x']);
  await producer.close();
  await expect(producer.send(topic, [message])).rejects.toMatchObject({ code: 'BUS_CLOSED' });
});

test.each([{ alternating: false }, { alternating: true }])(
  'calls out of order are refused by name (%o)',
  async ({ alternating }) => {
    const producer = bus.transactionalProducer({ transactionalId: uniqueName('order'), alternating });
    await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE', facts: { state: 'new' } });
    await producer.start();
    const transaction = await producer.begin();
    await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE', facts: { state: 'open' } });
    await transaction.commit();
    await expect(transaction.send('any', [])).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE' });
    const next = await producer.begin();
    await transaction.abort();
    await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE', facts: { state: 'open' } });
    await expect(producer.start()).rejects.toMatchObject({ code: 'BUS_TRANSACTION_STATE', facts: { state: 'open' } });
    await next.abort();
    await producer.close();
    await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_CLOSED' });
  },
);
