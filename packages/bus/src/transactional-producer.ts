/** Decides what may follow what for the one writer of a transactional id, and what each failure means for its transaction. */

import { isRtdpError, type RtdpError } from '@rtdp/ums/error';
import type {
  BusTransaction,
  IdOwnership,
  ProducerOwnership,
  TopicMessages,
  TransactionalProducer,
  TransactionalProducerOptions,
} from './bus.ts';
import { busError, toBusError } from './errors.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Cluster } from './kafkajs-internals.ts';
import { MessageSender, type ProducerIdentity } from './message-sender.ts';
import { TransactionCoordinator } from './transaction-coordinator.ts';

const DEFAULT_TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * new → ready ⇄ open; open → failed (a send failed: only abort) → ready; any → lost (a time-out or an unknown commit:
 * only start) or fenced (only start, and only by somebody who means it) or closed.
 */
type State = 'new' | 'ready' | 'open' | 'failed' | 'lost' | 'fenced' | 'closed';

export class KafkaTransactionalProducer implements TransactionalProducer {
  readonly #transactionalId: string;
  readonly #timeoutMs: number;
  readonly #cluster: Cluster;
  readonly #sender: MessageSender;
  readonly #coordinator: TransactionCoordinator;
  readonly #closing = new AbortController();
  #state: State = 'new';
  #ending: RtdpError | undefined;
  #owned: ProducerIdentity | undefined;
  #openSince: number | null = null;

  constructor(client: KafkaClient, options: TransactionalProducerOptions) {
    this.#transactionalId = options.transactionalId;
    this.#timeoutMs = options.transactionTimeoutMs ?? DEFAULT_TRANSACTION_TIMEOUT_MS;
    this.#cluster = client.createCluster();
    const requestTimeoutMs = client.options.requestTimeoutMs ?? 30_000;
    this.#sender = new MessageSender({
      cluster: this.#cluster,
      transactionalId: options.transactionalId,
      requestTimeoutMs,
      deliveryTimeoutMs: this.#timeoutMs,
    });
    this.#coordinator = new TransactionCoordinator({
      cluster: this.#cluster,
      transactionalId: options.transactionalId,
      transactionTimeoutMs: this.#timeoutMs,
      requestTimeoutMs,
      patienceMs: Math.max(this.#timeoutMs, 5000),
      signal: this.#closing.signal,
    });
  }

  async start(held: ProducerOwnership = []): Promise<void> {
    if (this.#state === 'closed') throw this.#refuse('start', 'Make a new producer.');
    this.checkNotOpen();
    // Until it has succeeded nothing can be begun: the identity of before is given up.
    this.#state = 'new';
    this.#sender.setIdentity(undefined);
    const [own] = held;
    this.#owned = own;
    this.#openSince = own?.openSince ?? null;
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#cluster.refreshMetadataIfNecessary();
      this.#own(await (own === undefined ? this.#coordinator.takeOver() : this.#takeBack(own)));
    } catch (error) {
      throw this.#map(error, 'taking over the transactional id');
    }
    this.#state = 'ready';
    this.#ending = undefined;
  }

  get ownership(): ProducerOwnership {
    return [this.#owned && { ...this.#owned, openSince: this.#openSince }];
  }

  /** Takes the id over again where nobody else has since; fails with the broker's word for a fenced producer. */
  async #takeBack(own: IdOwnership): Promise<ProducerIdentity> {
    try {
      return await this.#coordinator.takeOver(own);
    } catch (error) {
      const mayBeTimedOut = own.openSince !== null && performance.now() - own.openSince >= this.#timeoutMs;
      if (mayBeTimedOut && this.#map(error, 'taking back').code === 'BUS_FENCED') return this.#coordinator.takeOver();
      throw error;
    }
  }

  #own(identity: ProducerIdentity): void {
    this.#sender.setIdentity(identity);
    this.#owned = identity;
    this.#openSince = null;
  }

  /** Throws BUS_FENCED when another has taken the id over since `start`. */
  async confirm(): Promise<void> {
    try {
      this.#own(await this.#coordinator.takeOver(this.#sender.identity));
    } catch (error) {
      const mapped = this.#map(error, 'confirming that the transactional id is still ours');
      this.#end(mapped.code === 'BUS_FENCED' ? 'fenced' : 'lost', mapped);
      throw mapped;
    }
  }

  /** Throws why no transaction can be begun now: what ended it, an open or failed transaction, no `start`. */
  checkReady(): void {
    if (this.#state === 'fenced' || this.#state === 'lost') throw this.#ending!;
    if (this.#state !== 'ready') {
      throw this.#refuse('begin a transaction', 'Call start() first, and end one transaction before the next.');
    }
  }

  /** Throws while a transaction is open. */
  checkNotOpen(): void {
    if (this.#state === 'open') throw this.#refuse('start', 'Commit or abort the open transaction first.');
  }

  async begin(): Promise<BusTransaction> {
    this.checkReady();
    this.#state = 'open';
    return this.#openTransaction();
  }

  #openTransaction(): BusTransaction {
    const begun = performance.now();
    const known = new Map<string, Set<number>>();
    let ended = false;
    const open = (doing: string) => {
      if (ended || this.#state !== 'open') {
        throw this.#ending ?? this.#refuse(doing, 'Abort this transaction and begin another.');
      }
    };
    const failed = (error: unknown, doing: string, settled: boolean): RtdpError => {
      const mapped = this.#map(error, doing, performance.now() - begun, settled);
      if (this.#state === 'open') this.#state = 'failed';
      if (mapped.code === 'BUS_FENCED') this.#end('fenced', mapped);
      if (mapped.code === 'BUS_TRANSACTION_TIMED_OUT') this.#end('lost', mapped);
      return mapped;
    };

    const sendMany = async (batches: TopicMessages[]): Promise<void> => {
      open('send');
      try {
        await this.#sender.send(batches, async () => {
          open('send');
          const added = newPartitions(known, batches);
          if (added.length === 0) return;
          this.#openSince ??= begun;
          await this.#coordinator.addPartitions(this.#sender.identity!, added);
          for (const { topic, partitions } of added) {
            const set = known.get(topic) ?? new Set();
            for (const partition of partitions) set.add(partition);
            known.set(topic, set);
          }
        });
      } catch (error) {
        throw failed(error, `sending in transaction ${this.#transactionalId}`, true);
      }
    };

    return {
      send: (topic, messages) => sendMany([{ topic, messages }]),
      sendMany,
      commit: async () => {
        open('commit');
        ended = true;
        let attempts = 0;
        try {
          if (known.size > 0) {
            await this.#coordinator.end(this.#sender.identity!, true, (count) => {
              attempts = count;
            });
          }
        } catch (error) {
          const mapped = failed(error, `committing transaction ${this.#transactionalId}`, attempts <= 1);
          if (mapped.code === 'BUS_FENCED' || mapped.code === 'BUS_TRANSACTION_TIMED_OUT') throw mapped;
          const unknown = busError('BUS_COMMIT_UNKNOWN', {
            message: `Whether transaction ${this.#transactionalId} is committed is unknown: ${mapped.message}`,
            next: 'Call start(), read the position back from Kafka, and go on from there.',
            facts: { ...mapped.facts, transactionalId: this.#transactionalId, attempts },
            cause: error,
          });
          this.#end('lost', unknown);
          throw unknown;
        }
        this.#openSince = null;
        this.#state = 'ready';
      },
      abort: async () => {
        // Nothing of it is left to abort: it was taken over, or a start has taken over from it.
        if (ended || (this.#state !== 'open' && this.#state !== 'failed')) return;
        ended = true;
        const identity = this.#sender.identity!;
        const clean = this.#state === 'open';
        try {
          // After a failed send the broker's sequence numbers are unknown: a new epoch starts them anew.
          if (!clean) this.#own(await this.#coordinator.takeOver(identity));
          else if (this.#openSince !== null) await this.#coordinator.abortLeftOpen(identity);
          this.#openSince = null;
        } catch (error) {
          const mapped = this.#map(error, `aborting transaction ${this.#transactionalId}`, performance.now() - begun);
          this.#end(mapped.code === 'BUS_FENCED' ? 'fenced' : 'lost', mapped);
          // Fenced or timed out: the coordinator has aborted it already.
          if (mapped.code === 'BUS_FENCED' || mapped.code === 'BUS_TRANSACTION_TIMED_OUT') return;
          throw mapped;
        }
        this.#state = 'ready';
      },
    };
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#closing.abort();
    await this.#cluster.disconnect();
  }

  #end(state: 'fenced' | 'lost', reason: RtdpError): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#ending = reason;
  }

  #refuse(doing: string, next: string): RtdpError {
    return busError(this.#state === 'closed' ? 'BUS_CLOSED' : 'BUS_TRANSACTION_STATE', {
      message: `Producer ${this.#transactionalId} cannot ${doing}: its state is "${this.#state}".`,
      next,
      facts: { transactionalId: this.#transactionalId, state: this.#state },
    });
  }

  /** @param settled false if the outcome may have been decided by an earlier try of the same request */
  #map(error: unknown, doing: string, openMs = 0, settled = true): RtdpError {
    const mapped = isRtdpError(error)
      ? error
      : toBusError(error, { doing, facts: { transactionalId: this.#transactionalId } });
    const overdue = openMs >= this.#timeoutMs;
    if (overdue && (mapped.code === 'BUS_FENCED' || mapped.code === 'BUS_TRANSACTION_STATE')) {
      return busError('BUS_TRANSACTION_TIMED_OUT', {
        message: `Transaction ${this.#transactionalId} was open for ${Math.round(openMs)} ms; the broker aborts after ${this.#timeoutMs} ms.`,
        next: 'Call start() and read the position from Kafka; commit sooner, or raise transactionTimeoutMs.',
        facts: { ...mapped.facts, openMs: Math.round(openMs), transactionTimeoutMs: this.#timeoutMs },
        cause: error,
      });
    }
    if (!settled) mapped.facts.outcome = 'unknown';
    return mapped;
  }
}

function newPartitions(
  known: Map<string, Set<number>>,
  batches: readonly TopicMessages[],
): { topic: string; partitions: number[] }[] {
  const added = new Map<string, Set<number>>();
  for (const { topic, messages } of batches) {
    for (const { partition } of messages) {
      if (known.get(topic)?.has(partition)) continue;
      const set = added.get(topic) ?? new Set();
      set.add(partition);
      added.set(topic, set);
    }
  }
  return [...added].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }));
}
