/** Decides how messages are sent outside transactions: idempotent, with a new producer identity after each failure. */
import type { BusProducer, TopicMessages } from './bus.ts';
import { busError, isTransient, toBusError } from './errors.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Cluster } from './kafkajs-internals.ts';
import { MessageSender, refresh } from './message-sender.ts';
import { retry } from './retry.ts';

const DELIVERY_TIMEOUT_MS = 60_000;

export class KafkaIdempotentProducer implements BusProducer {
  readonly #cluster: Cluster;
  readonly #sender: MessageSender;
  #closed = false;

  constructor(client: KafkaClient) {
    this.#cluster = client.createCluster();
    this.#sender = new MessageSender({
      cluster: this.#cluster,
      transactionalId: null,
      requestTimeoutMs: client.options.requestTimeoutMs ?? 30_000,
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
    });
  }

  send(topic: string, messages: Parameters<BusProducer['send']>[1]): Promise<void> {
    return this.sendMany([{ topic, messages }]);
  }

  async sendMany(batches: TopicMessages[]): Promise<void> {
    if (this.#closed) {
      throw busError('BUS_CLOSED', { message: 'This producer is closed.', next: 'Make a new producer.' });
    }
    await this.#sender
      .send(batches, async () => {
        if (this.#sender.identity === undefined) await this.#identify();
      })
      .catch((error: unknown) => {
        // What the broker has of the failed batch is unknown: sequence numbers start anew under a new identity.
        this.#sender.setIdentity(undefined);
        throw error;
      });
  }

  async #identify(): Promise<void> {
    try {
      const answer = await retry(
        { firstPauseMs: 5, maxPauseMs: 1000, giveUpAfterMs: DELIVERY_TIMEOUT_MS },
        async () => {
          if (!this.#cluster.isConnected()) await this.#cluster.connect();
          await this.#cluster.refreshMetadataIfNecessary();
          const broker = await this.#cluster.findControllerBroker();
          return broker.initProducerId({});
        },
        async (error) => {
          if (!isTransient(error)) return false;
          await refresh(this.#cluster, error);
          return true;
        },
      );
      this.#sender.setIdentity({ producerId: BigInt(answer.producerId), producerEpoch: answer.producerEpoch });
    } catch (error) {
      throw toBusError(error, { doing: 'registering an idempotent producer' });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#cluster.disconnect();
  }
}
