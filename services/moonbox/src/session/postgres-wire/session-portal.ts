/** Decides how a statement that concerns the session alone looks as a portal: it runs once, when it is executed. */
import type { MessageWriter } from './message-writer.ts';
import type { Portal, Progress, RowTarget, StatementDescription } from './portal.ts';
import type { WireSession } from './session.ts';
import { cursorOf, runSessionStatement } from './session-statements.ts';
import type { Tree } from './statement-parts.ts';

export class SessionPortal implements Portal {
  readonly abort = new AbortController();
  readonly text: string;
  readonly #session: WireSession;
  readonly #statement: { kind: string; tree: Tree; text: string } | undefined;

  /** Without a statement: an empty text, which is executed too. */
  constructor(session: WireSession, statement: { kind: string; tree: Tree; text: string } | undefined) {
    this.text = statement?.text ?? '';
    this.#session = session;
    this.#statement = statement;
  }

  /** FETCH tells the columns of its cursor. */
  #fetched(): Portal | undefined {
    const { kind, tree } = this.#statement ?? {};
    return kind === 'FetchStmt' && tree?.ismove !== true ? cursorOf(this.#session, tree!) : undefined;
  }

  async describe(writer: MessageWriter, saysNoData: boolean): Promise<boolean> {
    const cursor = this.#fetched();
    if (cursor !== undefined) return cursor.describe(writer, saysNoData);
    if (saysNoData) writer.begin('n').end();
    return false;
  }

  async description(): Promise<StatementDescription> {
    return { parameterOids: [], write: (writer) => void writer.begin('n').end() };
  }

  async execute(target: RowTarget): Promise<Progress> {
    const tag = this.#statement === undefined ? '' : await runSessionStatement(this.#session, this.#statement, target);
    return { rows: 0, isSuspended: false, tag };
  }

  async close(): Promise<void> {
    // It holds nothing.
  }
}
