/** What every command is given: the clients of the services, where to print, and whether a program is reading. */
import { renderJson, renderTable, type TableColumn } from '../output/table.ts';
import type { Clients } from './open-session.ts';

export interface Session extends Readonly<Clients> {
  readonly print: (text: string) => void;
  readonly json: boolean;
}

/** Rows as a table, or as JSON with all that the service told. */
export function printRows<Row>(
  session: Session,
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  empty: string,
): void {
  session.print(session.json ? renderJson(rows) : renderTable(rows, columns, empty));
}

/** What a command did: a sentence for a person, the whole answer for a program. */
export function printDone(session: Session, answer: unknown, sentence: string): void {
  session.print(session.json ? renderJson(answer) : `${sentence}\n`);
}
