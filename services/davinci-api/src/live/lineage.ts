/** Decides which tables a view reads, asked of its source and remembered for a while per version of view and source, per role and per who asks. */
import type { View } from '../client/views.ts';
import type { DataSource, OnBehalf, TableUse } from '../sources/data-source.ts';
import { type Asker, compileLineage } from '../views/compile-view.ts';

/** Tables come and go at the source without our hearing of it: after this time it is asked anew, while the old answer still serves. */
const FRESH_MS = 30_000;
const REMEMBERED_MS = 300_000;
/** A source that fails is not asked at every commit. */
const FAILED_MS = 2_000;
const MOST_REMEMBERED = 5_000;

export interface LineageQuestion {
  view: View;
  source: DataSource;
  sourceVersion: number;
  onBehalf: OnBehalf;
  asker: Asker;
}

export class Lineage {
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws RtdpError of the source */
  of({ view, source, sourceVersion, onBehalf, asker }: LineageQuestion): Promise<TableUse[]> {
    const subject = source.sameForAll ? '' : onBehalf.subject;
    const key = JSON.stringify([view.id, view.version, sourceVersion, asker.roles, subject]);
    const known = this.#remembered.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#now() - known.at;
    if (known !== undefined && age < (known.failed ? FAILED_MS : FRESH_MS)) return known.tables;
    const tables = source.lineage(compileLineage(view, asker).sql, onBehalf);
    if (known !== undefined && !known.failed && age < REMEMBERED_MS) {
      // Asked once for all who come while the answer is on its way; what went wrong is told when it has come.
      known.at = this.#now();
      const keep = () => this.#keep(key, tables);
      tables.then(keep, keep);
      return known.tables;
    }
    this.#keep(key, tables);
    return tables;
  }

  #keep(key: string, tables: Promise<TableUse[]>): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    const entry: Remembered = { at: this.#now(), tables, failed: false };
    this.#remembered.set(key, entry);
    tables.catch(() => {
      entry.failed = true;
      entry.at = this.#now();
    });
  }
}

interface Remembered {
  at: number;
  tables: Promise<TableUse[]>;
  failed: boolean;
}

/** Sink tables among them, each once. */
export function namespacesOf(tables: readonly TableUse[]): string[] {
  return [...new Set(tables.map(({ sinkNamespace }) => sinkNamespace).filter((name) => name !== null))];
}
