/** Decides in which transaction state a session is, and which statements a failed transaction still takes. The gateway only reads: a transaction ends what was opened in it. */
import { RtdpError } from '@rtdp/ums/error';
import type { Tree } from './statement-parts.ts';

/** As ReadyForQuery tells it: none, in one, in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

export interface TransactionStep {
  readonly tag: string;
  /** Told to the client, with its SQLSTATE. */
  readonly warning?: { readonly state: string; readonly message: string };
  readonly begins?: boolean;
  readonly ends?: 'committed' | 'rolled back';
}

export class Transaction {
  #status: TransactionStatus = 'I';
  #savepoints: string[] = [];

  get status(): TransactionStatus {
    return this.#status;
  }

  /** @throws RtdpError WIRE_TRANSACTION_FAILED for all but the end of a failed transaction */
  admit(kind: string, tree: Tree | undefined): void {
    if (this.#status !== 'E') return;
    const step = kind === 'TransactionStmt' ? String(tree?.kind) : '';
    if (/^TRANS_STMT_(COMMIT|ROLLBACK|ROLLBACK_TO)$/.test(step)) return;
    throw new RtdpError({
      code: 'WIRE_TRANSACTION_FAILED',
      message: 'current transaction is aborted, commands ignored until end of transaction block',
      next: 'Send ROLLBACK first.',
    });
  }

  failed(): void {
    if (this.#status === 'T') this.#status = 'E';
  }

  /** @throws RtdpError WIRE_TRANSACTION_NEEDED, WIRE_SAVEPOINT_UNKNOWN, WIRE_UNSUPPORTED */
  step(tree: Tree): TransactionStep {
    const name = String(tree.savepoint_name ?? '');
    switch (tree.kind) {
      case undefined:
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
        return this.#begin(tree.kind === 'TRANS_STMT_START' ? 'START TRANSACTION' : 'BEGIN');
      case 'TRANS_STMT_COMMIT':
        return this.#end('COMMIT', tree);
      case 'TRANS_STMT_ROLLBACK':
        return this.#end('ROLLBACK', tree);
      case 'TRANS_STMT_SAVEPOINT':
        this.#needsTransaction('SAVEPOINT');
        this.#savepoints.push(name);
        return { tag: 'SAVEPOINT' };
      case 'TRANS_STMT_RELEASE':
        this.#needsTransaction('RELEASE SAVEPOINT');
        this.#savepoints.length = this.#indexOf(name);
        return { tag: 'RELEASE' };
      case 'TRANS_STMT_ROLLBACK_TO':
        this.#needsTransaction('ROLLBACK TO SAVEPOINT');
        this.#savepoints.length = this.#indexOf(name) + 1;
        this.#status = 'T';
        return { tag: 'ROLLBACK' };
      default:
        throw new RtdpError({
          code: 'WIRE_UNSUPPORTED',
          message: 'The gateway has no prepared transactions.',
          next: 'Use BEGIN, COMMIT and ROLLBACK.',
        });
    }
  }

  #begin(tag: string): TransactionStep {
    if (this.#status === 'T') {
      return { tag, warning: { state: '25001', message: 'there is already a transaction in progress' } };
    }
    this.#status = 'T';
    return { tag, begins: true };
  }

  #end(tag: 'COMMIT' | 'ROLLBACK', tree: Tree): TransactionStep {
    if (this.#status === 'I') {
      return { tag, warning: { state: '25P01', message: 'there is no transaction in progress' }, ends: 'committed' };
    }
    const ends = tag === 'COMMIT' && this.#status === 'T' ? 'committed' : 'rolled back';
    this.#savepoints = [];
    this.#status = 'I';
    const chained = tree.chain === true ? this.#begin('BEGIN') : {};
    return { ...chained, tag: ends === 'committed' ? 'COMMIT' : 'ROLLBACK', ends };
  }

  #needsTransaction(what: string): void {
    if (this.#status !== 'I') return;
    throw new RtdpError({
      code: 'WIRE_TRANSACTION_NEEDED',
      message: `${what} can only be used in transaction blocks`,
      next: 'Send BEGIN first.',
    });
  }

  #indexOf(name: string): number {
    const index = this.#savepoints.lastIndexOf(name);
    if (index >= 0) return index;
    throw new RtdpError({
      code: 'WIRE_SAVEPOINT_UNKNOWN',
      message: `savepoint ${JSON.stringify(name)} does not exist`,
      next: 'Roll back to one that was set in this transaction.',
    });
  }
}
