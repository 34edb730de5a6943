/** Decides what the statements do that concern the session alone: transactions, settings, cursors, COPY. */
import { RtdpError } from '@rtdp/ums/error';
import { readSetting } from './catalog-portal.ts';
import { CopyWriter, readCopy } from './copy-out.ts';
import { FieldReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { NO_BINDING, type Portal, type RowTarget } from './portal.ts';
import type { WireSession } from './session.ts';
import { quoteName } from './shadow/mirror-statements.ts';
import { afterKeyword } from './split-statements.ts';
import type { Tree } from './statement-parts.ts';
import { writeNotice } from './to-wire-error.ts';

const CURSOR_BINARY = 0x0001;
const CURSOR_SCROLL = 0x0002;
const CURSOR_HOLD = 0x0020;
/** As the parser writes ALL. */
const ALL_ROWS = 0x7fffffff;

/** Runs the statement; rows it gives (FETCH) go to the target. @returns the tag */
export async function runSessionStatement(
  session: WireSession,
  statement: { kind: string; tree: Tree; text: string },
  target: RowTarget,
): Promise<string> {
  const { kind, tree, text } = statement;
  switch (kind) {
    case 'TransactionStmt':
      return runTransaction(session, tree);
    case 'VariableSetStmt':
      return runSet(session, tree);
    case 'DiscardStmt':
      return runDiscard(session, tree);
    case 'DeallocateStmt':
      return runDeallocate(session, tree);
    case 'DeclareCursorStmt':
      return declareCursor(session, tree, text);
    case 'FetchStmt':
      return fetchCursor(session, tree, target);
    case 'ClosePortalStmt':
      return closeCursor(session, tree);
    default:
      return copyOut(session, tree, text);
  }
}

async function runTransaction(session: WireSession, tree: Tree): Promise<string> {
  const step = session.transaction.step(tree);
  if (step.warning !== undefined) {
    writeNotice(session.channel.writer, 'WARNING', step.warning.state, step.warning.message);
  }
  if (step.ends !== undefined) {
    session.settings.endTransaction(step.ends === 'committed');
    await session.closeTransactionPortals(step.ends === 'committed');
    session.reportSettings();
  }
  if (step.begins === true) session.settings.beginTransaction();
  return step.tag;
}

async function runSet(session: WireSession, tree: Tree): Promise<string> {
  const { settings } = session;
  const name = String(tree.name ?? '').toLowerCase();
  const isReset = tree.kind === 'VAR_RESET' || tree.kind === 'VAR_SET_DEFAULT';
  if (tree.kind === 'VAR_RESET_ALL') settings.resetAll();
  else if (isReset) settings.reset(name);
  else if (tree.kind === 'VAR_SET_MULTI') setCharacteristics(session, name, tree);
  else {
    const value = settingValue(name, tree);
    settings.check(name, value);
    settings.set(name, await checkedSetting(session, name, value), tree.is_local === true);
  }
  session.reportSettings();
  return String(tree.kind).startsWith('VAR_RESET') ? 'RESET' : 'SET';
}

/** The shadow's Postgres knows which settings there are, and how each writes its value. */
async function checkedSetting(session: WireSession, name: string, value: string): Promise<string> {
  const lease = await session.surroundings.shadow.lease(session.principal, session.sight, 'described');
  try {
    await lease.connection.apply(session.settings.forShadow(lease.databaseNames));
    await lease.connection.ask({
      sql: 'select pg_catalog.set_config($1, $2, false)',
      parameterTypes: [25, 25],
      execute: { parameterFormats: [], parameters: [Buffer.from(name), Buffer.from(value)], resultFormats: [] },
      timeoutMs: 5_000,
      signal: session.channel.ended,
    });
    return (await readSetting(lease.connection, name)) ?? value;
  } finally {
    lease.release(true);
  }
}

/** `SET TRANSACTION …` says nothing that a gateway that only reads has not; `SET SESSION CHARACTERISTICS` is remembered, so that SHOW tells it. */
function setCharacteristics(session: WireSession, name: string, tree: Tree): void {
  if (name !== 'session characteristics') return;
  for (const item of Array.isArray(tree.args) ? tree.args : []) {
    const { DefElem: element } = item as { DefElem?: { defname?: string; arg?: unknown } };
    const value = constantText(element?.arg) ?? '';
    const isFlag = element?.defname !== 'transaction_isolation';
    if (element?.defname !== undefined) {
      session.settings.set(`default_${element.defname}`, isFlag ? (value === '1' ? 'on' : 'off') : value, false);
    }
  }
}

function settingValue(name: string, tree: Tree): string {
  const values = (Array.isArray(tree.args) ? tree.args : []).map((item) => constantText(item) ?? '');
  return name === 'search_path' ? values.map(quoteName).join(', ') : values.join(', ');
}

/** Of a constant in the syntax tree; zero and false are left out of it. */
function constantText(node: unknown): string | undefined {
  const { A_Const: constant } = (node ?? {}) as { A_Const?: Record<string, Record<string, unknown>> };
  if (constant === undefined) return undefined;
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? 'on' : 'off';
  return String(constant.sval?.sval ?? constant.fval?.fval ?? '');
}

async function runDiscard(session: WireSession, tree: Tree): Promise<string> {
  if (tree.target === undefined || tree.target === 'DISCARD_ALL') {
    await session.closeAllPortals();
    session.prepared.clear();
    session.settings.resetAll();
    session.reportSettings();
    return 'DISCARD ALL';
  }
  return `DISCARD ${String(tree.target).replace('DISCARD_', '')}`;
}

function runDeallocate(session: WireSession, tree: Tree): string {
  if (tree.isall === true) {
    session.prepared.clear();
    return 'DEALLOCATE ALL';
  }
  const name = String(tree.name ?? '');
  if (!session.prepared.delete(name)) throw session.unknownStatement(name);
  return 'DEALLOCATE';
}

async function declareCursor(session: WireSession, tree: Tree, text: string): Promise<string> {
  const name = String(tree.portalname ?? '');
  const options = Number(tree.options ?? 0);
  if ((options & CURSOR_SCROLL) !== 0) throw forwardOnly('Declare it without SCROLL, and ask for the rows in order.');
  const isHeld = (options & CURSOR_HOLD) !== 0;
  if (session.transaction.status === 'I' && !isHeld) {
    throw new RtdpError({
      code: 'WIRE_TRANSACTION_NEEDED',
      message: 'DECLARE CURSOR can only be used in transaction blocks',
      next: 'Send BEGIN first, or declare it WITH HOLD.',
    });
  }
  if (session.cursors.has(name)) {
    throw new RtdpError({
      code: 'WIRE_CURSOR_EXISTS',
      message: `cursor ${JSON.stringify(name)} already exists`,
      next: 'Close it first, or take another name.',
    });
  }
  const resultFormats = (options & CURSOR_BINARY) === 0 ? [] : [1];
  const query = blankUpTo(text, afterKeyword(text, 'for'));
  const portal = await session.open(session.statement(query, []), { ...NO_BINDING, resultFormats });
  session.cursors.set(name, { portal, isHeld });
  return 'DECLARE CURSOR';
}

async function fetchCursor(session: WireSession, tree: Tree, target: RowTarget): Promise<string> {
  const portal = cursorOf(session, tree);
  const isMove = tree.ismove === true;
  const direction = tree.direction ?? 'FETCH_FORWARD';
  const howMany = Number(tree.howMany ?? 0);
  if (direction !== 'FETCH_FORWARD' || howMany < 0) throw forwardOnly('Use FETCH, FETCH FORWARD n or FETCH ALL.');
  if (howMany === 0) throw forwardOnly('Ask for one row or more.');
  const limit = howMany === ALL_ROWS ? 0 : howMany;
  const nowhere = new MessageWriter();
  const rows = isMove ? { writer: nowhere, drain: async () => void nowhere.take() } : target;
  const { rows: count } = await session.whileActive(portal, () => portal.execute(rows, limit));
  return `${isMove ? 'MOVE' : 'FETCH'} ${count}`;
}

/** The portal a FETCH reads from. @throws RtdpError WIRE_CURSOR_UNKNOWN */
export function cursorOf(session: WireSession, tree: Tree): Portal {
  const name = String(tree.portalname ?? '');
  const portal = session.cursors.get(name)?.portal ?? session.portals.get(name);
  if (portal !== undefined) return portal;
  throw new RtdpError({
    code: 'WIRE_CURSOR_UNKNOWN',
    message: `cursor ${JSON.stringify(name)} does not exist`,
    next: 'Declare it first; a cursor without HOLD ends with its transaction.',
  });
}

async function closeCursor(session: WireSession, tree: Tree): Promise<string> {
  if (tree.portalname === undefined) {
    await session.closeAllPortals();
    return 'CLOSE CURSOR ALL';
  }
  const portal = cursorOf(session, tree);
  session.cursors.delete(String(tree.portalname));
  await portal.close();
  return 'CLOSE CURSOR';
}

async function copyOut(session: WireSession, tree: Tree, text: string): Promise<string> {
  const copy = readCopy(text, tree);
  const resultFormats = copy.options.format === 'binary' ? [1] : [];
  const portal = await session.open(session.statement(copy.query, []), { ...NO_BINDING, resultFormats });
  const { channel } = session;
  try {
    return await session.whileActive(portal, async () => {
      const scratch = new MessageWriter();
      await portal.describe(scratch, false);
      const copying = new CopyWriter(copy.options, columnNames(scratch.take()));
      copying.begin(channel.writer);
      const drain = async (): Promise<void> => {
        copying.rowsOf(scratch.take(), channel.writer);
        await channel.flush();
      };
      await portal.execute({ writer: scratch, drain }, 0);
      copying.rowsOf(scratch.take(), channel.writer);
      copying.end(channel.writer);
      return `COPY ${copying.rows}`;
    });
  } finally {
    await portal.close();
  }
}

/** Of the RowDescription among the messages. */
function columnNames(messages: Buffer): string[] {
  for (let at = 0; at < messages.length; at += 1 + messages.readInt32BE(at + 1)) {
    if (messages[at] !== 0x54) continue;
    const body = new FieldReader(messages.subarray(at + 5, at + 1 + messages.readInt32BE(at + 1)));
    return body.list(() => {
      const name = body.text();
      body.bytes(18);
      return name;
    });
  }
  return [];
}

/** The rest of a statement, with blanks before it, so that places in it are places in the whole. */
export function blankUpTo(text: string, index: number, end: number = text.length): string {
  return text.slice(0, index).replace(/[^\n]/g, ' ') + text.slice(index, end);
}

function forwardOnly(next: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_CURSOR_FORWARD_ONLY',
    message: 'A cursor of the gateway only moves forward, over rows not seen yet.',
    next,
  });
}
