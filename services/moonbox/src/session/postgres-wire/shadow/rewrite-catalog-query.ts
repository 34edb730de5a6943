/** Decides how a catalog query is put to the shadow database: where it would tell of the shadow, it is led to what tells of the gateway. */
import type { StatementParts } from '../statement-parts.ts';
import { DATABASE_FUNCTIONS, STAND_INS } from './template-statements.ts';

export interface RewrittenQuery {
  readonly sql: string;
  /** Index in the rewritten text → index in the text of the client. */
  toOriginal(index: number): number;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const NAME = String.raw`(?:"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const QUALIFIED_NAME = new RegExp(String.raw`${NAME}(?:\s*\.\s*${NAME})*`, 'y');

const DATABASE_FUNCTION = 'information_schema."current_database"';
const USER_FUNCTION = 'information_schema.rtdp_user()';

/** Keyword → the name its column has. */
const USER_KEYWORDS: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_USER: 'current_user',
  SVFOP_CURRENT_ROLE: 'current_role',
  SVFOP_SESSION_USER: 'session_user',
  SVFOP_USER: 'user',
};

export function rewriteCatalogQuery(text: string, parts: StatementParts): RewrittenQuery {
  const indexOf = byteIndex(text);
  const nameEnd = (start: number): number => {
    QUALIFIED_NAME.lastIndex = start;
    return QUALIFIED_NAME.test(text) ? QUALIFIED_NAME.lastIndex : start;
  };
  const edits: Edit[] = [];
  for (const { schema, name, hasAlias, location } of parts.relations) {
    const standIn = schema === undefined || schema === 'pg_catalog' ? STAND_INS.get(name) : undefined;
    if (standIn === undefined) continue;
    const start = indexOf(location);
    edits.push({ start, end: nameEnd(start), text: `pg_catalog.${standIn}${hasAlias ? '' : ` as ${name}`}` });
  }
  for (const { schema, name, location } of parts.functions) {
    if (!DATABASE_FUNCTIONS.has(name) || (schema !== undefined && schema !== 'pg_catalog')) continue;
    const start = indexOf(location);
    edits.push({ start, end: nameEnd(start), text: `information_schema."${name}"` });
  }
  for (const { kind, location, isBareResult } of parts.values) {
    const start = indexOf(location);
    const user = USER_KEYWORDS[kind];
    if (kind === 'SVFOP_CURRENT_CATALOG') {
      const name = isBareResult ? ' as "current_catalog"' : '';
      edits.push({ start, end: nameEnd(start), text: `${DATABASE_FUNCTION}()${name}` });
    } else if (user !== undefined && isBareResult) {
      edits.push({ start, end: nameEnd(start), text: `${USER_FUNCTION} as "${user}"` });
    }
  }
  return applyEdits(text, edits);
}

/** The parser counts bytes. */
function byteIndex(text: string): (byte: number) => number {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? (byte) => byte : (byte) => bytes.toString('utf8', 0, byte).length;
}

function applyEdits(text: string, edits: readonly Edit[]): RewrittenQuery {
  const ordered = edits.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  let sql = '';
  let at = 0;
  for (const { start, end, text: replacement } of ordered) {
    sql += text.slice(at, start) + replacement;
    at = end;
  }
  sql += text.slice(at);
  return {
    sql,
    toOriginal(index) {
      let shift = 0;
      for (const { start, end, text: replacement } of ordered) {
        const begin = start + shift;
        if (index < begin) break;
        if (index < begin + replacement.length) return start;
        shift += replacement.length - (end - start);
      }
      return index - shift;
    },
  };
}
