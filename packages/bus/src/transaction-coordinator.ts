/**
 * Decides how a transactional id is taken over, and how its transactions gain partitions and end: every request is
 * repeated until the coordinator has answered it, through restarts and moves of the coordinator.
 */
import { isTransient, kafkaErrorType } from './errors.ts';
import { sendRaw } from './kafka-client.ts';
import { type Broker, type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { type ProducerIdentity, refresh } from './message-sender.ts';
import { retry } from './retry.ts';
import { WireReader, WireWriter } from './wire.ts';

const TRANSACTION_COORDINATOR = 1;
const INIT_PRODUCER_ID = 22;
/** The first version that states the expected producer, so that an old owner cannot take the id back. */
const INIT_PRODUCER_ID_VERSION = 3;

export interface CoordinatorOptions {
  cluster: Cluster;
  transactionalId: string;
  transactionTimeoutMs: number;
  requestTimeoutMs: number;
  /** Give up after this long without an answer. */
  patienceMs: number;
  signal: AbortSignal;
}

export class TransactionCoordinator {
  readonly #options: CoordinatorOptions;
  #broker: Broker | undefined;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
  }

  /**
   * Takes the id over: the epoch rises, what was open is aborted, and the answer comes only when all markers are written.
   * With `expected`, only if that is still the owner; else the broker answers INVALID_PRODUCER_EPOCH or PRODUCER_FENCED.
   */
  async takeOver(expected?: ProducerIdentity): Promise<ProducerIdentity> {
    // Asked for an id whose transaction is open, the broker ends that one, whoever's it is, before it looks at what is expected.
    if (expected !== undefined) await this.abortLeftOpen(expected);
    const { transactionalId, transactionTimeoutMs, requestTimeoutMs } = this.#options;
    const id = Buffer.from(transactionalId);
    return this.#ask(async (broker) => {
      const writer = new WireWriter();
      unsignedVarint(writer, id.length + 1);
      writer.bytes(id).int32(transactionTimeoutMs);
      writer
        .int64(expected?.producerId ?? -1n)
        .int16(expected?.producerEpoch ?? -1)
        .int8(0);
      const body = writer.finish();
      const payload = await sendRaw(
        broker,
        'requests',
        {
          apiKey: INIT_PRODUCER_ID,
          apiName: 'InitProducerId',
          apiVersion: INIT_PRODUCER_ID_VERSION,
          body,
          bodyLength: writer.length,
          flexible: true,
        },
        requestTimeoutMs,
      );
      const reader = new WireReader(payload, 4);
      const errorCode = reader.int16();
      if (errorCode !== 0) throw errorFromCode(errorCode);
      return { producerId: reader.int64(), producerEpoch: reader.int16() };
    });
  }

  async addPartitions(identity: ProducerIdentity, topics: { topic: string; partitions: number[] }[]): Promise<void> {
    const { transactionalId } = this.#options;
    await this.#ask((broker) => broker.addPartitionsToTxn({ transactionalId, ...forLibrary(identity), topics }));
  }

  /** Resolves with the number of requests it took: after more than one, an error does not tell the outcome. */
  async end(identity: ProducerIdentity, commit: boolean, onAttempt: (attempts: number) => void): Promise<void> {
    const { transactionalId } = this.#options;
    await this.#ask((broker, attempts) => {
      onAttempt(attempts);
      return broker.endTxn({ transactionalId, ...forLibrary(identity), transactionResult: commit });
    });
  }

  /** Aborts what the owner may have left open; fine where it is ended already, or where the broker has forgotten the owner. */
  async abortLeftOpen(identity: ProducerIdentity): Promise<void> {
    try {
      await this.end(identity, false, () => undefined);
    } catch (error) {
      const type = kafkaErrorType(error);
      if (type !== 'INVALID_TXN_STATE' && type !== 'INVALID_PRODUCER_ID_MAPPING') throw error;
    }
  }

  async #ask<Answer>(request: (broker: Broker, attempts: number) => Promise<Answer>): Promise<Answer> {
    const { cluster, transactionalId, patienceMs, signal } = this.#options;
    return retry(
      { firstPauseMs: 1, maxPauseMs: 500, giveUpAfterMs: patienceMs },
      async (attempts) => {
        this.#broker ??= await cluster.findGroupCoordinator({
          groupId: transactionalId,
          coordinatorType: TRANSACTION_COORDINATOR,
        });
        return request(this.#broker, attempts);
      },
      async (error, elapsed) => {
        if (!isTransient(error)) return false;
        // The coordinator is the right one: the transaction before is still being finished.
        // Its markers take a millisecond or two; a long wait (a take-over from a dead owner) is asked for less often.
        if (kafkaErrorType(error) === 'CONCURRENT_TRANSACTIONS') return elapsed < 20 ? 1 : elapsed < 500 ? 5 : 50;
        this.#broker = undefined;
        await refresh(cluster, error);
        return true;
      },
      signal,
    );
  }
}

function forLibrary(identity: ProducerIdentity): { producerId: string; producerEpoch: number } {
  return { producerId: identity.producerId.toString(), producerEpoch: identity.producerEpoch };
}

function unsignedVarint(writer: WireWriter, value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    writer.int8((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  writer.int8(rest);
}
