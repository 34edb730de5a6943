/** Decides when the messages of a chunk go to Kafka: in portions below a transaction's size, a few under way, the reader held back by them. */
import type { BufferPool } from '../pipeline/buffer-pool.ts';
import type { PipelineMessage, Sequencer } from '../pipeline/contract.ts';

/** A message of ours; `buffer`, if it has one, belongs to the pool again once it is committed. */
type OutgoingMessage = PipelineMessage & { buffer?: Buffer };

const PORTION_BYTES = 4 * 1024 * 1024;
const PORTIONS_UNDER_WAY = 3;

export class ChunkOutbox {
  readonly #sequencer: Pick<Sequencer, 'publish'>;
  readonly #pool: BufferPool;
  #portion: OutgoingMessage[] = [];
  #portionBytes = 0;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  bytes = 0;

  constructor(sequencer: Pick<Sequencer, 'publish'>, pool: BufferPool) {
    this.#sequencer = sequencer;
    this.#pool = pool;
  }

  add(message: OutgoingMessage): void {
    this.#portion.push(message);
    this.#portionBytes += message.value.length;
    this.bytes += message.value.length;
    if (this.#portionBytes >= PORTION_BYTES) this.#send();
  }

  /** undefined = go on reading; else wait for it first. Rejects when a portion could not be published. */
  backPressure(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#underWay.size < PORTIONS_UNDER_WAY) return undefined;
    return Promise.race(this.#underWay).then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
    });
  }

  /** Sends what is left; resolves when all of it is committed, rejects when any of it is not. */
  async finish(): Promise<void> {
    if (this.#portion.length > 0) this.#send();
    await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #send(): void {
    const messages = this.#portion;
    this.#portion = [];
    this.#portionBytes = 0;
    const sent = this.#sequencer.publish(messages).then(
      () => {
        for (const { buffer } of messages) if (buffer !== undefined) this.#pool.give(buffer);
      },
      (error: unknown) => {
        // The buffers may still be on their way out: they are left to the garbage collector.
        this.#failure ??= { error };
      },
    );
    const settled = sent.finally(() => this.#underWay.delete(settled));
    this.#underWay.add(settled);
  }
}
