/** Decides what is remembered of the statements somebody ran in this browser: the newest hundred of each user, the same text once. */

export interface HistoryEntry {
  sql: string;
  sourceId: string;
  /** Milliseconds since 1970. */
  at: number;
  milliseconds: number | null;
  rows: number | null;
  /** Code of the error, or null. */
  error: string | null;
}

const MOST = 100;
/** A statement longer than this is not remembered: storage of a browser is small. */
const LONGEST = 20_000;

export function rememberEntry(entries: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  if (entry.sql.trim() === '' || entry.sql.length > LONGEST) return [...entries];
  const others = entries.filter((each) => each.sql !== entry.sql || each.sourceId !== entry.sourceId);
  return [entry, ...others].slice(0, MOST);
}

const keyOf = (userId: string): string => `rtdp.query-history.${userId}`;

export function readHistory(userId: string, storage: Pick<Storage, 'getItem'> = localStorage): HistoryEntry[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(userId)) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    // Somebody else's text under our key, or a browser that keeps nothing: there is no history then.
    return [];
  }
}

export function writeHistory(
  userId: string,
  entries: readonly HistoryEntry[],
  storage: Pick<Storage, 'setItem'> = localStorage,
): void {
  try {
    storage.setItem(keyOf(userId), JSON.stringify(entries));
  } catch {
    // A full storage costs the history, never the query that has just been answered.
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { sql, sourceId, at } = value as Partial<HistoryEntry>;
  return typeof sql === 'string' && typeof sourceId === 'string' && typeof at === 'number';
}
