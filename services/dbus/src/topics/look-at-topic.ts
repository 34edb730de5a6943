/** Decides which messages of a topic an answer holds: read forward from a place or back from the end, within bounds of bytes, messages and time, with a cursor to go on. */
import type { Bus, TopicOffsets } from '@rtdp/bus/bus';
import { findOffset } from '@rtdp/bus/find-offset';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import type { MessagePage, MessageQuestion } from './topic-shapes.ts';
import { isAskedFor, type ReadMessage, readAny, viewMessage } from './view-message.ts';

/** What one answer may cost: the search for a key reads much and finds little. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_MESSAGES = 100_000;
const MOST_MILLISECONDS = 8_000;
/** Read back from the end in portions that grow, since nobody knows how many messages a stretch of offsets holds. */
const FIRST_WINDOW = 128n;
const WIDEST_WINDOW = 8_192n;
const PARTITIONS_AT_ONCE = 8;

class Budget {
  bytes = 0;
  messages = 0;
  readonly #now: () => number;
  readonly #end: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#end = now() + MOST_MILLISECONDS;
  }

  take(bytes: number, messages: number): void {
    this.bytes += bytes;
    this.messages += messages;
  }

  isUsedUp(): boolean {
    return this.bytes >= MOST_BYTES || this.messages >= MOST_MESSAGES || this.#now() >= this.#end;
  }
}

interface Reading {
  partition: number;
  found: ReadMessage[];
  /** Where to go on; undefined at the end of the partition in this direction. */
  next: bigint | undefined;
}

const cursorSchema = z.object({
  back: z.boolean(),
  at: z.record(z.string(), z.string().regex(/^\d{1,19}$/)),
});
type Cursor = z.output<typeof cursorSchema>;

/** @throws RtdpError BUS_TOPIC_MISSING, DBUS_TOPIC_QUESTION_INVALID */
export async function lookAtTopic(
  bus: Bus,
  topic: string,
  question: MessageQuestion,
  now: () => number,
): Promise<MessagePage> {
  const offsets = await bus.admin().topicOffsets(topic);
  const cursor = readCursor(question.cursor);
  const isBack = cursor?.back ?? question.from === 'latest';
  const asked = offsets.filter(
    ({ partition }) =>
      (question.partition === undefined || question.partition === partition) &&
      (cursor === undefined || cursor.at[partition] !== undefined),
  );
  if (asked.length === 0 && question.partition !== undefined && cursor === undefined) {
    throw invalid(`topic ${topic} has no partition ${question.partition}`, `It has ${offsets.length}.`);
  }
  const budget = new Budget(now);
  const readings = await inPortions(asked, async (place) => {
    const start = await startOf(bus, topic, place, question, cursor);
    return isBack
      ? readBack(bus, topic, place, start, question, budget)
      : readForward(bus, topic, place, start, question, budget);
  });
  const { kept, next } = keepFirst(readings, isBack, question.limit);
  return {
    messages: kept.map(viewMessage),
    looked: { messages: budget.messages, bytes: budget.bytes },
    next: Object.keys(next).length === 0 ? null : JSON.stringify({ back: isBack, at: next } satisfies Cursor),
  };
}

async function startOf(
  bus: Bus,
  topic: string,
  place: TopicOffsets,
  question: MessageQuestion,
  cursor: Cursor | undefined,
): Promise<bigint> {
  const within = (offset: bigint): bigint =>
    offset < place.low ? place.low : offset > place.high ? place.high : offset;
  const goesOn = cursor?.at[place.partition];
  if (goesOn !== undefined) return within(BigInt(goesOn));
  switch (question.from) {
    case 'latest':
      return place.high;
    case 'earliest':
      return place.low;
    case 'offset':
      if (question.offset === undefined) throw invalid('from=offset needs an offset', 'Give offset=N.');
      return within(BigInt(question.offset));
    case 'time':
      if (question.time === undefined) throw invalid('from=time needs a time', 'Give time=2026-01-31T12:00:00Z.');
      return findOffset(bus, topic, place, Date.parse(question.time));
  }
}

async function readForward(
  bus: Bus,
  topic: string,
  { partition, high }: TopicOffsets,
  start: bigint,
  question: MessageQuestion,
  budget: Budget,
): Promise<Reading> {
  const found: ReadMessage[] = [];
  let next = start;
  if (start < high) {
    for await (const batch of bus.readFrom(topic, partition, start, { until: high, maxPartitionBytes: 1024 * 1024 })) {
      budget.take(batch.bytes, batch.messages.length);
      for (const message of batch.messages) {
        if (found.length === question.limit) return { partition, found, next: message.offset };
        const read = readAny(partition, message);
        if (isAskedFor(read, question)) found.push(read);
      }
      next = batch.nextOffset;
      if (budget.isUsedUp()) break;
    }
  }
  return { partition, found, next: next >= high ? undefined : next };
}

async function readBack(
  bus: Bus,
  topic: string,
  { partition, low }: TopicOffsets,
  start: bigint,
  question: MessageQuestion,
  budget: Budget,
): Promise<Reading> {
  const found: ReadMessage[] = [];
  let end = start;
  for (let window = FIRST_WINDOW; end > low && found.length < question.limit && !budget.isUsedUp(); ) {
    const begin = end - window > low ? end - window : low;
    const portion: ReadMessage[] = [];
    for await (const batch of bus.readFrom(topic, partition, begin, { until: end })) {
      budget.take(batch.bytes, batch.messages.length);
      for (const message of batch.messages) {
        const read = readAny(partition, message);
        if (isAskedFor(read, question)) portion.push(read);
      }
    }
    found.unshift(...portion);
    end = begin;
    if (window < WIDEST_WINDOW) window *= 2n;
  }
  return { partition, found, next: end > low ? end : undefined };
}

/** Of all partitions the first ones in the order of their times; what is cut off is where a partition goes on. */
function keepFirst(readings: readonly Reading[], isBack: boolean, limit: number) {
  const sign = isBack ? -1 : 1;
  const inOrder = readings
    .flatMap(({ found }) => found)
    .sort((a, b) => {
      if (a.partition === b.partition) return sign * (a.message.offset < b.message.offset ? -1 : 1);
      return sign * (a.message.timestamp - b.message.timestamp || a.partition - b.partition);
    });
  const kept = inOrder.slice(0, limit);
  const next: Record<string, string> = {};
  for (const { partition, next: goesOn } of readings) {
    const cut = inOrder.slice(limit).filter((read) => read.partition === partition);
    const offsets = cut.map(({ message }) => message.offset);
    const first = offsets.reduce<bigint | undefined>(
      (best, offset) => (best === undefined || (isBack ? offset > best : offset < best) ? offset : best),
      undefined,
    );
    if (first !== undefined) next[partition] = String(isBack ? first + 1n : first);
    else if (goesOn !== undefined) next[partition] = String(goesOn);
  }
  return { kept, next };
}

async function inPortions<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += PARTITIONS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + PARTITIONS_AT_ONCE).map(work))));
  }
  return results;
}

function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    // Told by the check that follows.
  }
  const cursor = cursorSchema.safeParse(given);
  if (!cursor.success) throw invalid('the cursor is none that an answer gave', 'Leave it out to begin anew.');
  return cursor.data;
}

function invalid(message: string, next: string): RtdpError {
  return new RtdpError({ code: 'DBUS_TOPIC_QUESTION_INVALID', message, next });
}
