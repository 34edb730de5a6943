/** Says what a statement of the gateway's own is: read from its text, with the columns it gives, and run for a user. */
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import type { Principal, QueryService } from '../query/contract.ts';
import type { Tokens } from './tokens.ts';

export interface StatementContext {
  principal: Principal;
  /** The default database of the session. */
  database: string | undefined;
  parameters: readonly (string | null)[] | undefined;
  signal: AbortSignal;
  timeoutMs: number;
  queries: QueryService;
}

export interface Statement {
  /** `MOUNT DATABASE`; also the kind in the audit. */
  readonly tag: string;
  /** null when it gives no rows. */
  readonly columns: readonly ResultColumn[] | null;
  run(context: StatementContext): Promise<ColumnBatch | undefined>;
}

/** One kind of statement; a new one is one file, and one line in `read-statement.ts`. */
export interface StatementKind {
  /** Words it begins with, upper case. */
  readonly head: readonly string[];
  /** As a person writes it, for messages and documentation. */
  readonly syntax: string;
  /** Reads what follows the head. @throws RtdpError MOONBOX_STATEMENT_INVALID with the place */
  read(tokens: Tokens): Statement;
}

export interface StatementReader {
  /** undefined for what is not the gateway's own: a SELECT, or something that nobody here can run. @throws RtdpError MOONBOX_STATEMENT_INVALID, MOONBOX_STATEMENT_UNSUPPORTED */
  (sql: string): Statement | undefined;
  /** The text as the audit may keep it. */
  withoutSecrets(sql: string): string;
}
