/** Decides which messages of a topic an answer holds: read forward from a place or back from the end, within bounds of bytes, messages and time, with a cursor to go on. */
import type { Bus, IncomingMessage, TopicOffsets } from '@rtdp/bus/bus';
import { findOffset } from '@rtdp/bus/find-offset';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import type { MessagePage, MessageQuestion, TopicMessage } from './topic-shapes.ts';
import { isAskedFor, readAny, viewMessage } from './view-message.ts';

/** What one answer may cost: the search for a key reads much and finds little. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_MESSAGES = 100_000;
const MOST_MILLISECONDS = 8_000;
/** Read back from the end in portions that grow, since nobody knows how many messages a stretch of offsets holds. */
const FIRST_WINDOW = 128n;
const WIDEST_WINDOW = 8_192n;
/** A portion of more bytes is given up for a narrower one: back from the end, nothing can be answered before all of it is read. */
const MOST_PORTION_BYTES = 4 * 1024 * 1024;
const FETCH_BYTES = 1024 * 1024;
const PARTITIONS_AT_ONCE = 8;

class Budget {
  bytes = 0;
  messages = 0;
  /** Something was read that the answer can go on from: without it the same question would be asked for ever. */
  hasProgress = false;
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

/** What is kept of a message is what is shown of it, never its bytes: many large ones may have to be looked at. */
interface Found {
  offset: bigint;
  timestamp: number;
  view: TopicMessage;
}

interface Reading {
  partition: number;
  found: Found[];
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
    messages: kept.map(({ view }) => view),
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
  const found: Found[] = [];
  let next = start;
  if (start < high) {
    for await (const batch of bus.readFrom(topic, partition, start, { until: high, maxPartitionBytes: FETCH_BYTES })) {
      budget.take(batch.bytes, batch.messages.length);
      for (const message of batch.messages) {
        if (found.length === question.limit) return { partition, found, next: message.offset };
        found.push(...askedFor(partition, message, question));
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
  let found: Found[] = [];
  let end = start;
  let [window, widest] = [FIRST_WINDOW, WIDEST_WINDOW];
  while (end > low && found.length < question.limit && !(budget.isUsedUp() && budget.hasProgress)) {
    const begin = end - window > low ? end - window : low;
    const portion = await readPortion(bus, topic, { partition, begin, end }, question, budget);
    if ('narrower' in portion) {
      widest = portion.narrower;
      window = widest;
      continue;
    }
    budget.hasProgress = true;
    found = [...portion.found, ...found];
    end = begin;
    if (found.length > question.limit) {
      found = found.slice(-question.limit);
      end = found[0]!.offset;
    }
    if (window * 2n <= widest) window *= 2n;
  }
  return { partition, found, next: end > low ? end : undefined };
}

/** What a stretch holds of what is asked for; when it is too large, how narrow it would have to be. */
async function readPortion(
  bus: Bus,
  topic: string,
  { partition, begin, end }: { partition: number; begin: bigint; end: bigint },
  question: MessageQuestion,
  budget: Budget,
): Promise<{ found: Found[] } | { narrower: bigint }> {
  const found: Found[] = [];
  let bytes = 0;
  for await (const batch of bus.readFrom(topic, partition, begin, { until: end, maxPartitionBytes: FETCH_BYTES })) {
    budget.take(batch.bytes, batch.messages.length);
    bytes += batch.bytes;
    if (bytes > MOST_PORTION_BYTES && end - begin > 1n) {
      const fitting = ((batch.nextOffset - begin) * BigInt(MOST_PORTION_BYTES / 2)) / BigInt(bytes);
      // Narrower than this one in any case, and wide enough to hold a message.
      const most = (end - begin) / 2n;
      return { narrower: fitting < 1n ? 1n : fitting < most ? fitting : most };
    }
    for (const message of batch.messages) found.push(...askedFor(partition, message, question));
  }
  return { found };
}

function askedFor(partition: number, message: IncomingMessage, question: MessageQuestion): Found[] {
  const read = readAny(partition, message);
  if (!isAskedFor(read, question)) return [];
  return [{ offset: message.offset, timestamp: message.timestamp, view: viewMessage(read) }];
}

/** Of all partitions the first ones in the order of their times; what is cut off is where a partition goes on. */
function keepFirst(readings: readonly Reading[], isBack: boolean, limit: number) {
  const sign = isBack ? -1 : 1;
  const inOrder = readings
    .flatMap(({ partition, found }) => found.map((one) => ({ ...one, partition })))
    .sort((a, b) => {
      if (a.partition === b.partition) return sign * (a.offset < b.offset ? -1 : 1);
      return sign * (a.timestamp - b.timestamp || a.partition - b.partition);
    });
  const kept = inOrder.slice(0, limit);
  const next: Record<string, string> = {};
  for (const { partition, next: goesOn } of readings) {
    const offsets = inOrder.slice(limit).flatMap((one) => (one.partition === partition ? [one.offset] : []));
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
