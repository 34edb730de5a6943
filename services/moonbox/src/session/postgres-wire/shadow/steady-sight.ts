/** Decides which picture of the catalog a session's statement sees: what there is now, unless it asks by object ids that an earlier picture told. */
import type { VisibleDatabase } from '../contract.ts';

/** What a user sees, as of a version. Object ids hold within one hash. */
export interface Sight {
  readonly version: string;
  readonly hash: string;
  readonly databases: readonly VisibleDatabase[];
  readonly databaseNames: readonly string[];
}

/** `anew` tells what there is now; `following` asks by object ids told before; `described` is not run yet. */
export type StatementSight = 'anew' | 'following' | 'described';

const HELD_AFTER_ANSWER_MS = 30_000;
/** A client that asks by the same object ids all the time is told what is new no later than this. */
const HELD_AT_MOST_MS = 60_000;

/** Of one session. */
export class SteadySight {
  readonly #now: () => number;
  #sight: Sight | undefined;
  #takenAt = 0;
  #answeredAt = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether object ids told before still hold, if nothing that is seen by them has gone. */
  get isHeld(): boolean {
    const now = this.#now();
    return (
      this.#sight !== undefined &&
      now - this.#answeredAt < HELD_AFTER_ANSWER_MS &&
      now - this.#takenAt < HELD_AT_MOST_MS
    );
  }

  /** What the statement sees, where `current` is what there is now. What may be seen no more is gone at once, for all of them. */
  choose(current: Sight, statement: StatementSight): Sight {
    if (statement === 'described') return current;
    if (statement === 'following' && this.#sight !== undefined && this.isHeld && holds(current, this.#sight)) {
      return this.#sight;
    }
    this.#sight = current;
    this.#takenAt = this.#now();
    this.answered();
    return current;
  }

  answered(): void {
    this.#answeredAt = this.#now();
  }
}

/** Every database, table and column of the part is in the whole. */
function holds(whole: Sight, part: Sight): boolean {
  if (whole.hash === part.hash) return true;
  const names = new Set(namesOf(whole));
  return namesOf(part).every((name) => names.has(name));
}

function namesOf({ databases }: Sight): string[] {
  return databases.flatMap((database) => [
    JSON.stringify([database.name]),
    ...database.tables.flatMap((table) => [
      JSON.stringify([database.name, table.name]),
      ...table.columns.map((column) => JSON.stringify([database.name, table.name, column.name])),
    ]),
  ]);
}
