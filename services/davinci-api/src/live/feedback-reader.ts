/**
 * Reads what Wormhole tells on the feedback topic and notes the commits. Every instance reads all of it, by itself: from a little before the
 * end, as every running table tells its number again with each watermark. Where it cannot read on it begins anew, and says that commits may
 * have gone by.
 */
import type { Bus, BusReader, IncomingBatch } from '@rtdp/bus/bus';
import type { PartHealthResult } from '@rtdp/service/health';
import type { Logger } from '@rtdp/service/logging';
import { readMessage } from '@rtdp/ums/message';
import { FEEDBACK } from '@rtdp/wormhole/client';
import type { Notice } from './commit-book.ts';

const READ_BACK = 20_000n;
const RETRY_MS = 2_000;
const RETENTION_MS = 86_400_000;

export interface FeedbackReaderOptions {
  bus: Bus;
  logger: Logger;
  note: (notice: Notice) => void;
  /** Commits may have gone by unheard. */
  missed: () => void;
  /** A test reads one of its own. */
  topic?: string;
}

export class FeedbackReader {
  readonly #options: FeedbackReaderOptions;
  readonly #topic: string;
  #reader: BusReader | undefined;
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;
  #lastError = 'the feedback topic has not been reached yet';

  constructor(options: FeedbackReaderOptions) {
    this.#options = options;
    this.#topic = options.topic ?? FEEDBACK.topic;
  }

  /** Begins to read, now or as soon as Kafka answers. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      this.#options.logger.warn({ err: error }, 'commits cannot be heard yet; trying again');
      if (!this.#stopped) this.#retry = setTimeout(() => void this.start(), RETRY_MS);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#reader?.stop();
  }

  health(): PartHealthResult {
    const health = this.#reader?.health();
    if (health?.connected === true) return { status: 'ok', detail: '' };
    const detail = `Commits cannot be heard, so nothing moves by itself: ${health?.lastError ?? this.#lastError}`;
    return { status: 'degraded', detail };
  }

  async #open(): Promise<void> {
    const admin = this.#options.bus.admin();
    if (!(await admin.listTopics()).includes(this.#topic)) {
      // Made as Wormhole makes it, whoever comes first.
      await admin.ensureTopic({
        topic: this.#topic,
        partitions: 1,
        config: { 'retention.ms': String(RETENTION_MS) },
      });
    }
    const offsets = await admin.topicOffsets(this.#topic);
    const reader = this.#options.bus.reader({
      partitions: offsets.map(({ partition, low, high }) => ({
        topic: this.#topic,
        partition,
        offset: high - READ_BACK > low ? high - READ_BACK : low,
      })),
      maxWaitMs: 1_000,
      onBatch: async (batch) => this.#take(batch),
      onError: (error, at) => {
        this.#options.logger.error({ err: error, ...at }, 'reading the feedback topic stopped; beginning anew');
        void this.#beginAnew(reader, error);
      },
    });
    this.#reader = reader;
    try {
      await reader.start();
    } catch (error) {
      this.#reader = undefined;
      throw error;
    }
    // What lies before the first record that is read was not heard.
    this.#options.missed();
    if (this.#stopped) await reader.stop();
  }

  /** Retention was faster than we, or the topic was made anew: what lies between is lost, and the partition is read no further by itself. */
  async #beginAnew(reader: BusReader, error: unknown): Promise<void> {
    if (this.#stopped || this.#reader !== reader) return;
    this.#reader = undefined;
    this.#lastError = error instanceof Error ? error.message : String(error);
    this.#retry = setTimeout(() => void this.start(), RETRY_MS);
    try {
      await reader.stop();
    } catch (cause) {
      this.#options.logger.warn({ err: cause }, 'a reader of the feedback topic did not stop cleanly');
    }
  }

  #take({ messages }: IncomingBatch): void {
    for (const { value, offset } of messages) {
      // Most records are not ours; looking for the word is far cheaper than reading them.
      if (value === null || !value.includes(FEEDBACK.noticeKind)) continue;
      try {
        const notice = toNotice(value);
        if (notice !== undefined) this.#options.note(notice);
      } catch (error) {
        // One record that cannot be read must not stop all that follow.
        this.#options.logger.error(
          { err: error, offset: String(offset) },
          'a record of the feedback topic cannot be read',
        );
      }
    }
  }
}

/** Undefined for a record of another kind. */
export function toNotice(value: Uint8Array): Notice | undefined {
  const { kind, namespace, fields, rows } = readMessage(value);
  if (kind !== FEEDBACK.noticeKind) return undefined;
  const row = Object.fromEntries(fields.map(({ name }, index) => [name, rows[0]?.[index] ?? null]));
  return {
    organisationId: String(row.organisation_id),
    sinkNamespace: namespace,
    commitNumber: BigInt(String(row.commit_number)),
    watermark: row.watermark === null ? null : String(row.watermark),
    loading: row.loading === true,
    at: Number(row.at),
  };
}
