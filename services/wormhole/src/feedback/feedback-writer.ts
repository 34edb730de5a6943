/**
 * Decides how feedback reaches Kafka: gathered for some milliseconds, sent in one request, never in the way of rows. When
 * Kafka is away, a bounded number of records waits; what is dropped beyond that is counted and logged.
 */
import type { Bus, BusProducer, OutgoingMessage } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { writeMessage } from '@rtdp/ums/message';
import { type BatchRecord, batchMessage, type CommitNotice, FEEDBACK_TOPIC, noticeMessage } from './records.ts';

const LINGER_MS = 20;
const MOST_WAITING = 20_000;
const MOST_PER_SEND = 1_000;

export class FeedbackWriter {
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #waiting: OutgoingMessage[] = [];
  #producer: BusProducer | undefined;
  #partitions = 0;
  #sending: Promise<void> | undefined;
  #closed = false;
  dropped = 0;
  lastError: string | undefined;

  constructor(bus: Bus, logger: Logger) {
    this.#bus = bus;
    this.#logger = logger;
  }

  batch(record: BatchRecord): void {
    this.#add(record.sinkNamespace, writeMessage(batchMessage(record)));
  }

  notice(notice: CommitNotice): void {
    this.#add(notice.sinkNamespace, writeMessage(noticeMessage(notice)));
  }

  /** Sends what waits, as far as Kafka lets it within a second. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.race([this.#sending, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    await this.#producer?.close();
  }

  #add(sinkNamespace: string, value: Buffer): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting.splice(0, MOST_PER_SEND);
      this.dropped += MOST_PER_SEND;
      this.#logger.warn({ dropped: this.dropped }, 'feedback was dropped because Kafka takes none');
    }
    // One sink table's records stay in order: its partition is fixed by its name.
    this.#waiting.push({ partition: hashText(sinkNamespace), key: sinkNamespace, value });
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async #send(): Promise<void> {
    let pause = LINGER_MS;
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const messages = this.#waiting.slice(0, MOST_PER_SEND);
      try {
        const producer = await this.#connected();
        await producer.send(
          FEEDBACK_TOPIC,
          messages.map((message) => ({ ...message, partition: message.partition % this.#partitions })),
        );
        const first = this.#waiting.indexOf(messages[messages.length - 1]!);
        this.#waiting.splice(0, first + 1);
        pause = LINGER_MS;
        this.lastError = undefined;
      } catch (error) {
        if (this.lastError === undefined) this.#logger.warn({ err: error }, 'feedback cannot be sent; it waits');
        this.lastError = error instanceof Error ? error.message : String(error);
        if (this.#closed) return;
        pause = Math.min(5_000, pause * 4);
      }
    }
  }

  async #connected(): Promise<BusProducer> {
    if (this.#producer !== undefined) return this.#producer;
    const admin = this.#bus.admin();
    const topics = await admin.listTopics();
    if (!topics.includes(FEEDBACK_TOPIC)) {
      await admin.ensureTopic({ topic: FEEDBACK_TOPIC, partitions: 1, config: { 'retention.ms': String(86_400_000) } });
    }
    this.#partitions = await admin.partitionCount(FEEDBACK_TOPIC);
    this.#producer = this.#bus.producer();
    return this.#producer;
  }
}

function hashText(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash;
}
