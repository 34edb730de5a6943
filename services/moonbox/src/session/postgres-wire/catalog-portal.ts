/** Decides how a catalog query runs: whole on the shadow database when it is first asked for, its rows kept and sent in steps. */
import type { Principal } from '../../query/contract.ts';
import type { ShadowAnswer, ShadowCatalog, ShadowConnection } from './contract.ts';
import type { MessageWriter } from './message-writer.ts';
import {
  type Binding,
  DRAIN_BYTES,
  type Portal,
  type Progress,
  type RowTarget,
  type StatementDescription,
} from './portal.ts';
import type { SessionSettings } from './session-settings.ts';
import { asksByObjectId } from './shadow/object-ids.ts';
import { type RewrittenQuery, rewriteCatalogQuery } from './shadow/rewrite-catalog-query.ts';
import type { StatementSight, SteadySight } from './shadow/steady-sight.ts';
import type { RelationUse, StatementParts } from './statement-parts.ts';
import { CatalogError } from './to-wire-error.ts';

export interface CatalogStatement {
  readonly shadow: ShadowCatalog;
  readonly principal: Principal;
  readonly sight: SteadySight;
  readonly settings: SessionSettings;
  readonly text: string;
  readonly parts: StatementParts;
  readonly declared: readonly number[];
}

/** Also where the client has set no limit, or a longer one. */
const CATALOG_TIMEOUT_MS = 20_000;

const LISTS_OF_TABLES: ReadonlySet<string> = new Set(['pg_class', 'pg_attribute', 'pg_tables', 'pg_views']);

export async function describeCatalogStatement(
  statement: CatalogStatement,
  signal: AbortSignal,
): Promise<StatementDescription> {
  const rewritten = rewriteCatalogQuery(statement.text, statement.parts);
  const { parameterTypes, rowDescription } = await ask(statement, rewritten, undefined, signal);
  return {
    parameterOids: parameterTypes,
    write(writer) {
      if (rowDescription === null) writer.begin('n').end();
      else writer.whole('T', rowDescription);
    },
  };
}

export class CatalogPortal implements Portal {
  readonly abort = new AbortController();
  readonly text: string;
  readonly #statement: CatalogStatement;
  readonly #binding: Binding;
  #answer: Promise<ShadowAnswer> | undefined;
  #row = 0;

  constructor(statement: CatalogStatement, binding: Binding) {
    this.text = statement.text;
    this.#statement = statement;
    this.#binding = binding;
  }

  async describe(writer: MessageWriter, saysNoData: boolean): Promise<boolean> {
    const { rowDescription, notices } = await this.#begin();
    for (const notice of notices) writer.whole('N', notice);
    if (rowDescription !== null) writer.whole('T', rowDescription);
    else if (saysNoData) writer.begin('n').end();
    return rowDescription !== null;
  }

  async execute(target: RowTarget, limit: number): Promise<Progress> {
    const { rows, tag } = await this.#begin();
    const from = this.#row;
    const end = limit === 0 ? rows.length : Math.min(rows.length, from + limit);
    for (; this.#row < end; this.#row += 1) {
      target.writer.whole('D', rows[this.#row]!);
      if (target.writer.at >= DRAIN_BYTES) await target.drain();
    }
    const sent = end - from;
    const isWhole = from === 0 && end === rows.length;
    return {
      rows: sent,
      isSuspended: limit > 0 && sent === limit,
      tag: isWhole ? tag : tag.replace(/\d+$/, String(sent)),
    };
  }

  #begin(): Promise<ShadowAnswer> {
    const { text, parts } = this.#statement;
    this.#answer ??= ask(this.#statement, rewriteCatalogQuery(text, parts), this.#binding, this.abort.signal);
    return this.#answer;
  }

  async close(): Promise<void> {
    this.#answer = undefined;
  }
}

async function ask(
  statement: CatalogStatement,
  rewritten: RewrittenQuery,
  execute: Binding | undefined,
  signal: AbortSignal,
): Promise<ShadowAnswer> {
  const { shadow, principal, sight, settings, parts, declared } = statement;
  const changes = parts.functions.filter(({ name }) => name === 'set_config').map(({ texts }) => texts);
  for (const [name, value] of changes) settings.check(name, value);
  const seen = sightOf(statement, execute);
  if (!(seen === 'following' && sight.isHeld) && parts.relations.some(isListOfTables))
    await shadow.lookAgain(principal);
  const lease = await shadow.lease(principal, sight, seen);
  try {
    await lease.connection.apply(settings.forShadow(lease.databaseNames));
    const answer = await lease.connection.ask({
      sql: rewritten.sql,
      parameterTypes: declared,
      ...(execute === undefined ? {} : { execute }),
      timeoutMs: Math.min(settings.timeoutMs ?? CATALOG_TIMEOUT_MS, CATALOG_TIMEOUT_MS),
      signal,
    });
    if (execute !== undefined) for (const [name] of changes) await keepSetting(lease.connection, settings, name!);
    return answer;
  } catch (error) {
    throw error instanceof CatalogError ? inOriginalText(error, rewritten) : error;
  } finally {
    lease.release(changes.length > 0);
  }
}

function sightOf({ text, declared }: CatalogStatement, execute: Binding | undefined): StatementSight {
  if (execute === undefined) return 'described';
  return asksByObjectId(text, declared, execute) ? 'following' : 'anew';
}

function isListOfTables({ schema, name }: RelationUse): boolean {
  return schema === 'information_schema' || LISTS_OF_TABLES.has(name);
}

/** What a call of set_config left behind stays the session's. */
async function keepSetting(connection: ShadowConnection, settings: SessionSettings, name: string): Promise<void> {
  const value = await readSetting(connection, name);
  if (value !== undefined) settings.set(name, value, false);
}

/** @returns undefined where there is no such setting */
export async function readSetting(connection: ShadowConnection, name: string): Promise<string | undefined> {
  const { rows } = await connection.ask({
    sql: 'select pg_catalog.current_setting($1, true)',
    parameterTypes: [25],
    execute: { parameterFormats: [], parameters: [Buffer.from(name)], resultFormats: [] },
    timeoutMs: CATALOG_TIMEOUT_MS,
    signal: new AbortController().signal,
  });
  return firstField(rows[0]);
}

export function firstField(row: Uint8Array | undefined): string | undefined {
  if (row === undefined) return undefined;
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  const length = bytes.readInt32BE(2);
  return length < 0 ? undefined : bytes.toString('utf8', 6, 6 + length);
}

/** The server counts characters from 1 in the text it was sent. */
function inOriginalText(error: CatalogError, rewritten: RewrittenQuery): CatalogError {
  const position = Number(error.fields.get('P') ?? 0);
  if (position < 1) return error;
  const index = [...rewritten.sql].slice(0, position - 1).join('').length;
  return new CatalogError(error.fields, rewritten.toOriginal(index));
}
