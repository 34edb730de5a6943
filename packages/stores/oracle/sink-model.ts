/** The oracle of the randomised tests: what a sink must hold, said row by row in the plainest way; knows nothing of batches or SQL. */
import type { PlainRow } from '../batch-of-rows.ts';
import type { Entry, Values } from './source-simulation.ts';
import { COLUMNS } from './source-simulation.ts';

interface PullState {
  firstId: bigint;
  partitions: number;
  started: Set<number>;
  ended: Set<number>;
  over: boolean;
}

export class SinkModel {
  readonly stored = new Map<string, { id: bigint; values: Values }>();
  readonly remembered = new Map<string, bigint>();
  readonly #pulls = new Map<string, PullState>();
  floor = 0n;
  rereads = 0;

  apply(partition: number, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'row') this.#applyRow(entry.row);
      else if (entry.kind === 'truncate') this.#truncate(entry.id);
      else this.#mark(partition, entry);
    }
  }

  #applyRow(row: PlainRow): void {
    const key = row.values.id!;
    const held = this.stored.get(key);
    const newest = [this.floor, held?.id ?? 0n, this.remembered.get(key) ?? 0n].reduce((a, b) => (a > b ? a : b));
    if (row.id <= newest) return;
    if (row.operation === 'd') {
      this.stored.delete(key);
      this.remembered.set(key, row.id);
      return;
    }
    const untold = COLUMNS.filter((name) => row.values[name] === undefined);
    if (row.operation === 'u' && untold.length > 0 && !held) {
      this.rereads++;
      return;
    }
    const inherited = row.operation === 'u' ? held?.values : undefined;
    const values = Object.fromEntries(
      COLUMNS.map((name) => [name, row.values[name] ?? (untold.includes(name) ? (inherited?.[name] ?? null) : null)]),
    );
    this.stored.set(key, { id: row.id, values });
  }

  #truncate(id: bigint): void {
    for (const [key, { id: held }] of this.stored) if (held < id) this.stored.delete(key);
    if (id > this.floor) this.floor = id;
  }

  #mark(partition: number, mark: Extract<Entry, { kind: 'pull-start' | 'pull-end' | 'pull-cancel' }>): void {
    let pull = this.#pulls.get(mark.pullId);
    if (mark.kind === 'pull-cancel') {
      if (!pull?.over) this.#pulls.delete(mark.pullId);
      return;
    }
    if (!pull) {
      pull = { firstId: mark.firstId, partitions: mark.partitions, started: new Set(), ended: new Set(), over: false };
      this.#pulls.set(mark.pullId, pull);
    }
    (mark.kind === 'pull-start' ? pull.started : pull.ended).add(partition);
    if (pull.over || pull.ended.size < pull.partitions) return;
    pull.over = true;
    if (pull.started.size < pull.partitions) return;
    for (const [key, { id }] of this.stored) {
      if (id >= pull.firstId) continue;
      this.stored.delete(key);
      const before = this.remembered.get(key) ?? 0n;
      if (pull.firstId - 1n > before) this.remembered.set(key, pull.firstId - 1n);
    }
  }
}
