/**
 * Decides how one writer keeps committing without waiting for the brokers' markers: two transactional ids in turns, never open at
 * once. A transaction of the one id begins when the commit of the other is durable, while its markers are still being written; under
 * one id alone the coordinator would refuse it until then.
 *
 * Order stands: what is sent later lies later in each partition, and a read-committed reader passes nothing whose marker is missing.
 * Fencing stands: both ids are taken over before anybody may read a position, and what ends one of them ends both. Of two that
 * start at once each could end up with one id, and both would write: so the first id is confirmed after the second is taken. Whoever
 * took the first id last is the only one that passes, and who passed before has lost both ids by the time the position is read.
 */
import type { BusTransaction, ProducerOwnership, TransactionalProducer, TransactionalProducerOptions } from './bus.ts';
import type { KafkaClient } from './kafka-client.ts';
import { KafkaTransactionalProducer } from './transactional-producer.ts';

export class AlternatingProducer implements TransactionalProducer {
  readonly #pair: readonly [KafkaTransactionalProducer, KafkaTransactionalProducer];
  #turn: 0 | 1 = 0;
  #held: ProducerOwnership = [];

  constructor(client: KafkaClient, options: TransactionalProducerOptions) {
    this.#pair = [
      new KafkaTransactionalProducer(client, options),
      new KafkaTransactionalProducer(client, { ...options, transactionalId: secondId(options.transactionalId) }),
    ];
  }

  async start(held: ProducerOwnership = []): Promise<void> {
    for (const producer of this.#pair) producer.checkNotOpen();
    this.#held = held;
    const [first, second] = this.#pair;
    const [ofFirst, ofSecond] = held;
    await first.start([ofFirst]);
    await second.start([ofSecond]);
    await first.confirm();
  }

  get ownership(): ProducerOwnership {
    // The second is not told what it held before the first is taken.
    return this.#pair.map(({ ownership: [own] }, index) => own ?? this.#held[index]);
  }

  async begin(): Promise<BusTransaction> {
    // Of both: what ended one ends the other, and what is open or failed in one is ended before the other begins.
    for (const producer of this.#pair) producer.checkReady();
    const producer = this.#pair[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    return producer.begin();
  }

  async close(): Promise<void> {
    await Promise.all(this.#pair.map((producer) => producer.close()));
  }
}

/** The id that takes turns with the given one. */
export function secondId(transactionalId: string): string {
  return `${transactionalId}.second`;
}
