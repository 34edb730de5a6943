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
import { isRtdpError, type RtdpError } from '@rtdp/ums/error';
import type { BusTransaction, TransactionalProducer, TransactionalProducerOptions } from './bus.ts';
import { busError } from './errors.ts';
import type { KafkaClient } from './kafka-client.ts';
import { KafkaTransactionalProducer } from './transactional-producer.ts';

export class AlternatingProducer implements TransactionalProducer {
  readonly #transactionalId: string;
  readonly #pair: readonly [KafkaTransactionalProducer, KafkaTransactionalProducer];
  #turn: 0 | 1 = 0;
  #isOpen = false;

  constructor(client: KafkaClient, options: TransactionalProducerOptions) {
    this.#transactionalId = options.transactionalId;
    this.#pair = [
      new KafkaTransactionalProducer(client, options),
      new KafkaTransactionalProducer(client, { ...options, transactionalId: secondId(options.transactionalId) }),
    ];
  }

  async start(): Promise<void> {
    if (this.#isOpen) throw this.#stillOpen('start', 'Commit or abort the open transaction first.');
    const [first, second] = this.#pair;
    await first.start();
    await second.start();
    await first.confirm();
  }

  async begin(): Promise<BusTransaction> {
    if (this.#isOpen) throw this.#stillOpen('begin a transaction', 'End one transaction before the next.');
    const ending = this.#ending();
    if (ending !== undefined) throw ending;
    const transaction = await this.#pair[this.#turn].begin();
    this.#isOpen = true;
    this.#turn = this.#turn === 0 ? 1 : 0;
    return {
      send: transaction.send,
      sendMany: transaction.sendMany,
      commit: () => this.#over(transaction.commit()),
      abort: () => this.#over(transaction.abort()),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#pair.map((producer) => producer.close()));
  }

  /** After a failed commit only `abort` or `start` may follow, and `begin` is refused by the id that failed: so it is over either way. */
  async #over(end: Promise<void>): Promise<void> {
    try {
      await end;
    } finally {
      this.#isOpen = false;
    }
  }

  #ending(): RtdpError | undefined {
    return this.#pair.map((producer) => producer.ending).find((ending) => isRtdpError(ending));
  }

  #stillOpen(doing: string, next: string): RtdpError {
    return busError('BUS_TRANSACTION_STATE', {
      message: `Producer ${this.#transactionalId} cannot ${doing}: a transaction is open.`,
      next,
      facts: { transactionalId: this.#transactionalId, state: 'open' },
    });
  }
}

/** The id that takes turns with the given one. */
export function secondId(transactionalId: string): string {
  return `${transactionalId}.second`;
}
