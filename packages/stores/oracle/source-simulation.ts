/**
 * Plays a source and its topic for the randomised tests of sinks: changes with rising ids, truncates, pulls whose rows arrive late, changes
 * that were never logged, and partitions that are delivered, and delivered again, in pieces.
 */

import type { UmsField } from '@rtdp/ums/types';
import type { PlainRow } from '../batch-of-rows.ts';
import { batchOfRows } from '../batch-of-rows.ts';
import type { SinkItem } from '../contract.ts';

export const COLUMNS = ['a', 'b', 'c'] as const;
export const PARTITIONS = 3;
export const NAMESPACE = 'postgresql.shop.public.items.1.0.0';
export const FIELDS: readonly UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, key: true, sourceType: 'bigint' },
  ...COLUMNS.map((name): UmsField => ({ name, type: 'string', nullable: true, encoded: false, sourceType: 'text' })),
];

export type Values = Record<string, string | null>;

/** One step of a scenario; numbers are folded into what is possible at that moment. */
export type Command =
  | { kind: 'put'; key: number; changed: number; untold: number }
  | { kind: 'remove'; key: number }
  | { kind: 'lose'; key: number }
  | { kind: 'truncate' }
  | { kind: 'pull-start' }
  | { kind: 'pull-snapshot' }
  | { kind: 'pull-rows'; count: number }
  | { kind: 'pull-end' }
  | { kind: 'pull-cancel' }
  | { kind: 'deliver'; partition: number; count: number }
  | { kind: 'redeliver'; partition: number; back: number; count: number };

export type Entry =
  | { kind: 'row'; row: PlainRow }
  | Exclude<SinkItem, { kind: 'rows' | 'replace' | 'dead-letter' | 'reread' }>;

interface Pull {
  pullId: string;
  firstId: bigint;
  reserved: bigint[];
  pending: PlainRow[] | undefined;
}

export class SourceSimulation {
  readonly rows = new Map<string, Values>();
  readonly logs: Entry[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly delivered: number[] = new Array(PARTITIONS).fill(0);
  /** Something changed that no log tells: only a pull that starts later brings the sink back to the truth. */
  needsPull = false;
  #nextId = 1_000n;
  #values = 0;
  #pulls = 0;
  #pull: Pull | undefined;

  /** Changes the source; returns what is delivered by this command, if anything. */
  run(command: Command): { partition: number; entries: Entry[] } | undefined {
    switch (command.kind) {
      case 'put':
        this.#put(String(command.key), command.changed, command.untold);
        break;
      case 'remove':
        this.#remove(String(command.key));
        break;
      case 'lose':
        if (this.rows.delete(String(command.key))) this.needsPull = true;
        break;
      case 'truncate':
        this.rows.clear();
        this.#toAll({ kind: 'truncate', id: this.#take() + 1n, namespace: NAMESPACE });
        break;
      case 'pull-start':
        this.startPull();
        break;
      case 'pull-snapshot':
        this.#snapshot();
        break;
      case 'pull-rows':
        this.#publishPullRows(command.count);
        break;
      case 'pull-cancel':
        this.cancelPull();
        break;
      case 'pull-end':
        this.endPull();
        break;
      case 'deliver':
        return this.deliver(command.partition, command.count);
      case 'redeliver': {
        const from = Math.max(0, this.delivered[command.partition]! - command.back);
        const until = Math.min(this.delivered[command.partition]!, from + command.count);
        return { partition: command.partition, entries: this.logs[command.partition]!.slice(from, until) };
      }
    }
    return undefined;
  }

  deliver(partition: number, count: number): { partition: number; entries: Entry[] } {
    const from = this.delivered[partition]!;
    const entries = this.logs[partition]!.slice(from, from + count);
    this.delivered[partition] = from + entries.length;
    return { partition, entries };
  }

  startPull(): void {
    if (this.#pull) return;
    this.needsPull = false;
    const firstId = this.#nextId;
    // More is reserved than there is now: the snapshot is taken later.
    const reserved = Array.from({ length: 12 }, () => this.#take() + 1n);
    this.#pull = { pullId: `pull-${++this.#pulls}`, firstId, reserved, pending: undefined };
    this.#toAll(this.#mark('pull-start'));
  }

  endPull(): void {
    if (!this.#pull) return;
    this.#snapshot();
    this.#publishPullRows(Number.POSITIVE_INFINITY);
    this.#toAll(this.#mark('pull-end'));
    this.#pull = undefined;
  }

  /** Where rows were being sent, some were and some were not. */
  cancelPull(): void {
    if (!this.#pull) return;
    this.#toAll(this.#mark('pull-cancel'));
    this.#pull = undefined;
  }

  #mark(kind: 'pull-start' | 'pull-end' | 'pull-cancel'): Entry {
    const { pullId, firstId } = this.#pull!;
    return { kind, pullId, firstId, namespace: NAMESPACE, partitions: PARTITIONS };
  }

  #snapshot(): void {
    if (!this.#pull || this.#pull.pending) return;
    const { reserved } = this.#pull;
    this.#pull.pending = [...this.rows].map(([id, values], index) => ({
      id: reserved[index]!,
      operation: 'i',
      values: { id, ...values },
    }));
  }

  #publishPullRows(count: number): void {
    for (const row of this.#pull?.pending?.splice(0, count) ?? []) this.#append(row);
  }

  #put(key: string, changed: number, untold: number): void {
    const stored = this.rows.get(key);
    const values: Values = {};
    const told: Record<string, string | null | undefined> = { id: key };
    for (const [index, name] of COLUMNS.entries()) {
      const changes = !stored || (changed >> index) & 1;
      values[name] = changes ? (this.#values % 5 === 4 ? null : `v${this.#values}`) : stored[name]!;
      if (changes) this.#values++;
      told[name] = !changes && (untold >> index) & 1 ? undefined : values[name];
    }
    this.rows.set(key, values);
    this.#append({ id: this.#take() + 1n, operation: stored ? 'u' : 'i', values: told });
  }

  #remove(key: string): void {
    if (!this.rows.delete(key)) return;
    const untold = Object.fromEntries(COLUMNS.map((name) => [name, undefined]));
    this.#append({ id: this.#take() + 1n, operation: 'd', values: { id: key, ...untold } });
  }

  #append(row: PlainRow): void {
    this.logs[Number(row.values.id) % PARTITIONS]!.push({ kind: 'row', row });
  }

  #toAll(entry: Entry): void {
    for (const log of this.logs) log.push(entry);
  }

  #take(): bigint {
    const id = this.#nextId;
    this.#nextId += 4n;
    return id;
  }
}

/** Neighbouring rows become one batch. */
export function toItems(entries: readonly Entry[]): SinkItem[] {
  const items: SinkItem[] = [];
  let rows: PlainRow[] = [];
  const flush = () => {
    if (rows.length > 0) items.push({ kind: 'rows', batch: batchOfRows(NAMESPACE, FIELDS, rows) });
    rows = [];
  };
  for (const entry of entries) {
    if (entry.kind === 'row') {
      rows.push(entry.row);
    } else {
      flush();
      items.push(entry);
    }
  }
  flush();
  return items;
}
