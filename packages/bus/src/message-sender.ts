/**
 * Decides how messages reach the leaders of their partitions under one producer identity: which batches share a request,
 * which sequence numbers they carry, and what is sent again. One request per broker is under way at a time, so order
 * within a partition holds and a repeated batch is recognised by the broker.
 */
import type { OutgoingMessage, TopicMessages } from './bus.ts';
import { busError, isConnectionLost, isTransient, kafkaErrorType, toBusError } from './errors.ts';
import { sendRaw } from './kafka-client.ts';
import { type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { decodeProduceAnswer, encodeProduce, type PartitionBatch } from './produce-request.ts';
import { encodeRecords, recordSizeLimit } from './record-batch-encoder.ts';
import { retry } from './retry.ts';

const DUPLICATE_SEQUENCE_NUMBER = 46;
/** Kafka limits the batch, not the message; its default limit is 1,048,588. */
const MAX_BATCH_BYTES = 1_000_000;
const MAX_REQUEST_BYTES = 16_000_000;
/** A topic that was made a moment ago may still be unknown to the broker asked. */
const NEW_TOPIC_GRACE_MS = 1500;

export interface ProducerIdentity {
  producerId: bigint;
  producerEpoch: number;
}

export interface SenderOptions {
  cluster: Cluster;
  transactionalId: string | null;
  requestTimeoutMs: number;
  /** Give up sending after this long. */
  deliveryTimeoutMs: number;
}

export class MessageSender {
  readonly #options: SenderOptions;
  #identity: ProducerIdentity | undefined;
  #sequences = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** A new identity, or a new epoch of one, starts all sequence numbers at 0. */
  setIdentity(identity: ProducerIdentity | undefined): void {
    this.#identity = identity;
    this.#sequences.clear();
  }

  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /**
   * Resolves when all replicas in sync have everything. `beforeSending` runs in this send's turn.
   * @throws RtdpError; the identity must then be given up (abort, or set a new one)
   */
  send(batches: readonly TopicMessages[], beforeSending?: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      await beforeSending?.();
      for (const round of planRounds(batches, Date.now())) await this.#sendRound(this.#number(round));
    });
    // Whoever asked for it is told; what comes next in line does not fail with it.
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #number(round: UnnumberedBatch[]): PartitionBatch[] {
    return round.map((unnumbered) => {
      const key = `${unnumbered.topic}/${unnumbered.partition}`;
      const firstSequence = this.#sequences.get(key) ?? 0;
      this.#sequences.set(key, (firstSequence + unnumbered.batch.messages.length) % 0x80000000);
      return { ...unnumbered, firstSequence };
    });
  }

  async #sendRound(batches: PartitionBatch[]): Promise<void> {
    const { cluster, deliveryTimeoutMs, transactionalId } = this.#options;
    let pending = batches;
    try {
      await retry(
        { firstPauseMs: 5, maxPauseMs: 1000, giveUpAfterMs: deliveryTimeoutMs },
        async () => {
          await cluster.addMultipleTargetTopics([...new Set(pending.map((batch) => batch.topic))]);
          const requests = [...this.#byLeader(pending)].map(([leader, share]) => this.#sendTo(leader, share));
          const outcomes = await Promise.all(requests);
          pending = outcomes.flatMap((outcome) => outcome.left);
          const failed = outcomes.filter((outcome) => outcome.error !== undefined);
          const final = failed.find((outcome) => !isTransient(outcome.error)) ?? failed[0];
          if (final !== undefined) throw final.error;
        },
        async (error, elapsed) => {
          const missing = kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION' && elapsed < NEW_TOPIC_GRACE_MS;
          if (!missing && !isTransient(error)) return false;
          await refresh(cluster, error);
          return true;
        },
      );
    } catch (error) {
      const topics = [...new Set(batches.map((batch) => batch.topic))];
      throw toBusError(error, {
        doing: `sending to ${topics.join(', ')}`,
        facts: {
          topics,
          largestMessageBytes: largestMessage(batches),
          ...(transactionalId === null ? {} : { transactionalId }),
        },
      });
    }
  }

  /** Sends one leader its share; never rejects, so that no answer of another leader is lost. */
  async #sendTo(leader: number, share: PartitionBatch[]): Promise<{ left: PartitionBatch[]; error?: unknown }> {
    const { cluster, transactionalId, requestTimeoutMs } = this.#options;
    try {
      const identity = this.#identity ?? { producerId: -1n, producerEpoch: -1 };
      const broker = await cluster.findBroker({ nodeId: leader });
      const request = encodeProduce(
        share,
        { ...identity, transactional: transactionalId !== null },
        transactionalId,
        requestTimeoutMs,
      );
      const answers = decodeProduceAnswer(await sendRaw(broker, 'requests', request, requestTimeoutMs));
      const errors = new Map<string, unknown>();
      for (const { topic, partition, errorCode } of answers) {
        if (errorCode !== 0 && errorCode !== DUPLICATE_SEQUENCE_NUMBER) {
          errors.set(`${topic}/${partition}`, errorFromCode(errorCode));
        }
      }
      const left = share.filter((batch) => errors.has(`${batch.topic}/${batch.partition}`));
      const final = [...errors.values()].find((error) => !isTransient(error));
      return { left, error: final ?? errors.values().next().value };
    } catch (error) {
      return { left: share, error };
    }
  }

  #byLeader(batches: PartitionBatch[]): Map<number, PartitionBatch[]> {
    const shares = new Map<number, PartitionBatch[]>();
    for (const batch of batches) {
      const leader = leaderOf(this.#options.cluster, batch.topic, batch.partition);
      const share = shares.get(leader);
      if (share) share.push(batch);
      else shares.set(leader, [batch]);
    }
    return shares;
  }
}

/** @throws an error of the protocol if the partition does not exist, or has no leader now */
export function leaderOf(cluster: Cluster, topic: string, partition: number): number {
  const metadata = cluster.findTopicPartitionMetadata(topic).find((entry) => entry.partitionId === partition);
  if (metadata === undefined) throw errorFromCode(3);
  if (metadata.leader < 0) throw errorFromCode(5);
  return metadata.leader;
}

/** Reads metadata again after a failure; a failure of this is left to the next try. */
export async function refresh(cluster: Cluster, error: unknown): Promise<void> {
  if (isConnectionLost(error)) {
    const { host, port } = error as { host?: string; port?: number };
    if (host !== undefined && port !== undefined) cluster.removeBroker({ host, port });
  }
  try {
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadata();
  } catch {
    // The caller tries again, and reports what it then meets.
  }
}

type UnnumberedBatch = Omit<PartitionBatch, 'firstSequence'>;

/** A request holds one batch per partition, so what exceeds a batch waits for the next round. */
function planRounds(batches: readonly TopicMessages[], now: number): UnnumberedBatch[][] {
  const rounds: { bytes: number; batches: UnnumberedBatch[] }[] = [];
  for (const { topic, partition, messages } of perPartition(batches)) {
    let round = 0;
    let from = 0;
    while (from < messages.length) {
      let bytes = 0;
      let to = from;
      while (to < messages.length) {
        const size = recordSizeLimit(messages[to]!);
        if (to > from && bytes + size > MAX_BATCH_BYTES) break;
        bytes += size;
        to++;
      }
      while (rounds[round] !== undefined && rounds[round]!.bytes + bytes > MAX_REQUEST_BYTES) round++;
      rounds[round] ??= { bytes: 0, batches: [] };
      rounds[round]!.bytes += bytes;
      rounds[round]!.batches.push({ topic, partition, batch: encodeRecords(messages.slice(from, to), now) });
      from = to;
      round++;
    }
  }
  return rounds.map((round) => round.batches);
}

function perPartition(
  batches: readonly TopicMessages[],
): Iterable<{ topic: string; partition: number; messages: OutgoingMessage[] }> {
  const groups = new Map<string, { topic: string; partition: number; messages: OutgoingMessage[] }>();
  for (const { topic, messages } of batches) {
    for (const message of messages) {
      if (!Number.isInteger(message.partition) || message.partition < 0) {
        throw busError('BUS_TOPIC_MISSING', {
          message: `A message for ${topic} names no partition (${message.partition}).`,
          next: 'Choose the partition explicitly: partitionOf in @rtdp/ums/partition-hash.',
          facts: { topic, partition: message.partition },
        });
      }
      const key = `${topic}/${message.partition}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { topic, partition: message.partition, messages: [] };
        groups.set(key, group);
      }
      group.messages.push(message);
    }
  }
  return groups.values();
}

function largestMessage(batches: readonly PartitionBatch[]): number {
  let largest = 0;
  for (const { batch } of batches) {
    for (const message of batch.messages) largest = Math.max(largest, message.value?.length ?? 0);
  }
  return largest;
}
