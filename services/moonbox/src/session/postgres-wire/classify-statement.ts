/** Decides who answers a statement: the session itself, the shadow catalog, or the gateway. The syntax tree decides, never the text. */
import { parseStatement } from '@rtdp/sql/parse';
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import { type StatementParts, statementParts, type Tree } from './statement-parts.ts';

export type StatementClass =
  /** Kind of the tree's root and its content. */
  | { readonly by: 'session'; readonly kind: string; readonly tree: Tree }
  | { readonly by: 'catalog'; readonly parts: StatementParts }
  | { readonly by: 'gateway'; readonly parameters: number };

/** Statements that concern the session. */
const SESSION_KINDS: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'VariableSetStmt',
  'DiscardStmt',
  'DeallocateStmt',
  'DeclareCursorStmt',
  'FetchStmt',
  'ClosePortalStmt',
  'CopyStmt',
]);

/** Statements of Postgres that mean something to a session there, and nothing here. */
const UNSUPPORTED_KINDS: Readonly<Record<string, string>> = {
  PrepareStmt: 'Prepare it through your driver, which does so by the protocol.',
  ExecuteStmt: 'Execute it through your driver, which does so by the protocol.',
  ListenStmt: 'Rows that change are followed in Kafka, or live on a dashboard.',
  NotifyStmt: 'The gateway only reads.',
  UnlistenStmt: 'The gateway has no notifications.',
  LockStmt: 'The gateway only reads, and has no locks.',
};

/** What SHOW shows of the gateway; every other name is a setting. */
const GATEWAY_SHOWS: ReadonlySet<string> = new Set(['databases', 'tables', 'views', 'mounts', 'grants', 'queries']);

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema']);

/** A client that does not prepare sends the same texts again and again. */
const REMEMBERED_TEXTS = 500;
const REMEMBERED_LENGTH = 10_000;
const remembered = new Map<string, StatementClass>();

/** @throws RtdpError WIRE_CATALOG_MIXED, WIRE_UNSUPPORTED */
export function classifyStatement(text: string): StatementClass {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const found = classify(text);
  if (text.length <= REMEMBERED_LENGTH) {
    remembered.set(text, found);
    if (remembered.size > REMEMBERED_TEXTS) remembered.delete(remembered.keys().next().value!);
  }
  return found;
}

function classify(text: string): StatementClass {
  let root: Tree;
  try {
    root = parseStatement(text) as Tree;
  } catch (error) {
    // The gateway has statements of its own; it also says best what is wrong.
    if (error instanceof SqlError) return { by: 'gateway', parameters: 0 };
    throw error;
  }
  const [kind, tree] = Object.entries(root)[0] as [string, Tree];
  const next = UNSUPPORTED_KINDS[kind];
  if (next !== undefined) throw unsupported(kind, next);
  if (SESSION_KINDS.has(kind)) return { by: 'session', kind, tree };
  if (kind === 'VariableShowStmt') {
    return GATEWAY_SHOWS.has(String(tree.name).toLowerCase())
      ? { by: 'gateway', parameters: 0 }
      : { by: 'catalog', parts: statementParts([]) };
  }
  const parts = statementParts(root);
  if (kind !== 'SelectStmt') return { by: 'gateway', parameters: parts.parameters };
  if (parts.hasInto) throw unsupported('SELECT INTO', 'The gateway only reads: leave INTO out.');
  const system = parts.relations.filter(isSystem);
  const data = parts.relations.filter((relation) => !isSystem(relation));
  if (system.length > 0 && data.length > 0) {
    throw new RtdpError({
      code: 'WIRE_CATALOG_MIXED',
      message: `The statement reads ${system[0]!.name} of the catalog and ${data[0]!.name} of the gateway together.`,
      next: 'Ask the catalog first, then the tables.',
      facts: { catalog: system.map(({ name }) => name), tables: data.map(({ name }) => name) },
    });
  }
  // Without a table there is nothing of a store in it, and a real Postgres knows best what an expression gives.
  return data.length === 0 ? { by: 'catalog', parts } : { by: 'gateway', parameters: parts.parameters };
}

function isSystem({ schema, name }: { schema: string | undefined; name: string }): boolean {
  return schema === undefined ? name.startsWith('pg_') : SYSTEM_SCHEMAS.has(schema);
}

function unsupported(kind: string, next: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_UNSUPPORTED',
    message: `The gateway has no ${kind.replace(/Stmt$/, '').toUpperCase()}.`,
    next,
  });
}
