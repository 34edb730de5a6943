import type { IncomingBatch } from '@rtdp/bus/bus';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PartitionFeed } from './partition-feed.ts';
import type { TopicMessage } from './topic-message.ts';

function message(offset: bigint): TopicMessage {
  return {
    offset,
    value: Buffer.from('x'),
    kafkaTime: 0,
    readAt: 0,
    head: undefined,
    kind: '',
    namespace: '',
    error: undefined,
  };
}

/** A partition of `end` messages, its shared reader, and one feed whose target stores when told. */
function setUp(end: bigint, fullBytes: number) {
  let shared: bigint | undefined;
  const given: bigint[] = [];
  let held = 0;
  let waiting: (() => void)[] = [];
  const feed = new PartitionFeed({
    topic: 't',
    partition: 0,
    fullBytes,
    target: {
      take: ({ offset }) => {
        given.push(offset);
        held++;
      },
      passed: () => undefined,
      heldBytes: () => held,
    },
    async *readFrom(offset, signal) {
      for (let at = offset; !signal.aborted; ) {
        if (at >= end) {
          await new Promise<void>((resolve) => waiting.push(resolve));
          continue;
        }
        const next = at + 3n > end ? end : at + 3n;
        const offsets = Array.from({ length: Number(next - at) }, (_unused, index) => at + BigInt(index));
        yield {
          messages: offsets.map((each) => ({ ...message(each), key: null, timestamp: 0, headers: {} })),
          nextOffset: next,
        } as unknown as IncomingBatch;
        at = next;
      }
    },
    sharedPosition: () => shared,
    toMessage: ({ offset }) => message(offset),
    onError: (error) => {
      throw error;
    },
    now: () => 0,
  });
  return {
    feed,
    given,
    share(from: bigint, count: number) {
      const offsets = Array.from({ length: count }, (_unused, index) => from + BigInt(index));
      shared = from + BigInt(count);
      if (feed.mode === 'live') feed.give(offsets.map(message), shared);
    },
    begin(at: bigint | undefined) {
      shared = at;
    },
    store() {
      held = 0;
      feed.stored();
      for (const wake of waiting.splice(0)) wake();
    },
    stop() {
      feed.stop();
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('gives every message once and in order, however reading, sharing, falling behind and storing take turns', async () => {
  const steps = fc.array(fc.constantFrom('share', 'store', 'behind', 'wait'), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 6 }),
      fc.bigInt({ min: 0n, max: 20n }),
      async (order, fullBytes, sharedStart) => {
        const end = 60n;
        const it = setUp(end, fullBytes);
        let sharedAt = sharedStart;
        it.begin(sharedAt);
        it.feed.begin(0n);
        for (const step of [...order, ...Array<string>(40).fill('store')]) {
          if (step === 'share' && sharedAt + 4n <= end) {
            it.share(sharedAt, 4);
            sharedAt += 4n;
          } else if (step === 'store') it.store();
          else if (step === 'behind') it.feed.fallBehind();
          await turn();
        }
        while (sharedAt < end) {
          it.store();
          it.share(sharedAt, Number(end - sharedAt > 4n ? 4n : end - sharedAt));
          sharedAt += end - sharedAt > 4n ? 4n : end - sharedAt;
          await turn();
        }
        for (let left = 0; left < 40; left++) {
          it.store();
          await turn();
        }
        it.stop();
        expect(it.given).toEqual(Array.from({ length: Number(end) }, (_unused, index) => BigInt(index)));
      },
    ),
    { numRuns: 60 },
  );
});

it('is given nothing before it begins, and nothing any more after it was stopped', async () => {
  const it = setUp(9n, 100);
  it.begin(9n);
  it.feed.fallBehind();
  await turn();
  expect(it.given).toEqual([]);
  it.feed.begin(6n);
  await turn();
  await turn();
  it.stop();
  it.feed.fallBehind();
  await turn();
  expect(it.given).toEqual([6n, 7n, 8n]);
  expect(it.feed.mode).toBe('stopped');
});
