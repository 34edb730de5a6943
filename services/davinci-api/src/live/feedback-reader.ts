/**
 * Reads what Wormhole tells on the feedback topic and notes the commits. Every instance reads all of it, by itself: from a little before the
 * end, as every running table tells its number again with each watermark.
 */
import type { Bus, BusReader, IncomingBatch } from '@rtdp/bus/bus';
import type { PartHealthResult } from '@rtdp/service/health';
import type { Logger } from '@rtdp/service/logging';
import { isRtdpError } from '@rtdp/ums/error';
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
}

export class FeedbackReader {
  readonly #options: FeedbackReaderOptions;
  #reader: BusReader | undefined;
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;
  #lastError = 'the feedback topic has not been reached yet';

  constructor(options: FeedbackReaderOptions) {
    this.#options = options;
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
    if (!(await admin.listTopics()).includes(FEEDBACK.topic)) {
      // Made as Wormhole makes it, whoever comes first.
      await admin.ensureTopic({
        topic: FEEDBACK.topic,
        partitions: 1,
        config: { 'retention.ms': String(RETENTION_MS) },
      });
    }
    const offsets = await admin.topicOffsets(FEEDBACK.topic);
    const reader = this.#options.bus.reader({
      partitions: offsets.map(({ partition, low, high }) => ({
        topic: FEEDBACK.topic,
        partition,
        offset: high - READ_BACK > low ? high - READ_BACK : low,
      })),
      maxWaitMs: 1_000,
      onBatch: async (batch) => this.#take(batch),
      onError: (error, at) => {
        this.#options.logger.error({ err: error, ...at }, 'reading the feedback topic stopped');
        // Retention was faster than we: numbers are told again, so nothing is lost that matters.
        if (at !== undefined && isRtdpError(error, 'BUS_OFFSET_OUT_OF_RANGE')) {
          void reader.seek(at.topic, at.partition, 'earliest').catch((cause: unknown) => {
            this.#options.logger.error({ err: cause }, 'the feedback topic cannot be read on');
          });
        }
      },
    });
    await reader.start();
    if (this.#stopped) await reader.stop();
    else this.#reader = reader;
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
