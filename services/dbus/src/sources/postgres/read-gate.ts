/** Decides when a table that was added may be read: its barrier has been passed, on older servers twice, with the publications refreshed in between. */
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import type { CapturedTable, TableStore } from '../../catalog/table-store.ts';
import type { TableName } from '../../pipeline/contract.ts';
import type { SourceSession } from './connection.ts';
import { refreshPublications } from './publication.ts';
import { takeBarrier, transactionsBefore } from './running-transactions.ts';

export type GateAnswer = { yes: true } | { yes: false; because: string };

export interface ReadGateOptions {
  definition: SourceDefinition;
  organisationId: string;
  sourceId: string;
  serverVersion: number;
  store: TableStore;
}

export class ReadGate {
  readonly #options: ReadGateOptions;
  readonly #refreshed = new Set<string>();
  #tables: CapturedTable[] = [];
  #waits = new Map<string, string>();

  constructor(options: ReadGateOptions) {
    this.#options = options;
  }

  /** Every captured table, as of the last look. */
  get tables(): readonly CapturedTable[] {
    return this.#tables;
  }

  /** Whether this table may be read, as of the last look. */
  answer(table: TableName): GateAnswer {
    const found = this.#tables.find((other) => other.schema === table.schema && other.table === table.table);
    if (found === undefined) return { yes: false, because: 'the table is not captured' };
    if (found.barrier === null) return { yes: true };
    return { yes: false, because: this.#waits.get(keyOfTable(table)) ?? 'the transactions of before must end first' };
  }

  /** Looks which barriers have been passed. @returns tables that may be read and are still to be pulled for the first time. */
  async look(session: SourceSession): Promise<CapturedTable[]> {
    const { store, sourceId } = this.#options;
    this.#tables = await store.list(sourceId);
    const waits = new Map<string, string>();
    for (const table of this.#tables) {
      if (table.barrier === null) continue;
      const because = await this.#pass(session, table, table.barrier);
      if (because === null) table.barrier = null;
      else waits.set(keyOfTable(table), because);
    }
    this.#waits = waits;
    return this.#tables.filter((table) => table.barrier === null && table.pullWanted);
  }

  /** null once the table may be read. */
  async #pass(session: SourceSession, table: CapturedTable, barrier: string): Promise<string | null> {
    const { store, sourceId, organisationId, serverVersion, definition } = this.#options;
    const { passed, waitingFor } = await transactionsBefore(session, barrier);
    if (!passed) {
      const names = waitingFor.map(({ pid, user, startedAt }) => `pid ${pid} (${user}, since ${startedAt})`).join(', ');
      return `transactions that began before it was captured must end first: ${names || 'one of another session or a prepared one'}`;
    }
    const key = keyOfTable(table);
    if (keepsStaleLists(serverVersion) && !this.#refreshed.has(key)) {
      await refreshPublications(session, definition);
      this.#refreshed.add(key);
      const next = await takeBarrier(session);
      await store.save(organisationId, sourceId, [{ ...table, barrier: next }]);
      return 'the publications were refreshed; the transactions of before must end';
    }
    await store.barrierPassed(sourceId, table);
    return null;
  }
}

/** Minor releases up to which a decoding session may keep a stale list of published tables; see `refreshPublications`. */
const LAST_STALE_MINOR: Readonly<Record<number, number>> = { 13: 20, 14: 17, 15: 12, 16: 8, 17: 4 };

export function keepsStaleLists(serverVersion: number): boolean {
  const minor = LAST_STALE_MINOR[Math.floor(serverVersion / 10_000)];
  return minor !== undefined && serverVersion % 10_000 <= minor;
}

function keyOfTable(table: TableName): string {
  return JSON.stringify([table.schema, table.table]);
}
