/**
 * Decides how a table is named everywhere: seven dot-separated parts, lower case, escaped so that `"Orders"` and `orders` stay two.
 *
 * A byte that a part may not show (upper case, `.`, `*`, `%`, `|`, white space and control characters) is written `%xx`, its UTF-8
 * bytes in lower-case hex. Every name has exactly one escaped form, so namespaces may be compared as text.
 */
import { RtdpError } from './error.ts';

export interface Namespace {
  /** For example `postgresql`. All parts are held unescaped, as the source writes them. */
  readonly system: string;
  readonly instance: string;
  /** The schema on Postgres, the database on MySQL. */
  readonly database: string;
  readonly table: string;
  /** The table's schema version as decimal text. */
  readonly version: string;
  /** The host for logs, else `0`. */
  readonly dbPartition: string;
  /** The physical table of a sharded one, else `0`. */
  readonly tablePartition: string;
}

export const NAMESPACE_PARTS = [
  'system',
  'instance',
  'database',
  'table',
  'version',
  'dbPartition',
  'tablePartition',
] as const satisfies readonly (keyof Namespace)[];

const VERSION = /^(0|[1-9][0-9]*)$/;
const ESCAPED_RUN = /(?:%[0-9a-fA-F]{2})+/g;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `Orders.x` → `%4frders%2ex`. Throws UMS_NAMESPACE for an empty part or one that is not well-formed Unicode. */
export function escapePart(part: string): string {
  if (part === '') throw namespaceError('an empty part', part, 'Give every part of the name at least one character.');
  if (!part.isWellFormed()) {
    throw namespaceError('half a surrogate pair', part, 'Use a name that is well-formed Unicode.');
  }
  let escaped = '';
  for (const character of part) escaped += mustEscape(character) ? escapeCharacter(character) : character;
  return escaped;
}

/** The reverse of `escapePart`. Throws UMS_NAMESPACE for anything that `escapePart` would not have written. */
export function unescapePart(text: string): string {
  const part = decodePart(text);
  if (escapePart(part) !== text) {
    throw namespaceError(
      `${JSON.stringify(text)}, which is not in escaped form`,
      text,
      `Write ${escapePart(part)} for the name ${JSON.stringify(part)}${suggestLowerCase(part)}.`,
    );
  }
  return part;
}

/** `{system: 'postgresql', …}` → `postgresql.shop01.public.orders.3.0.0`, each part escaped. */
export function formatNamespace(namespace: Namespace): string {
  checkVersion(namespace.version, namespace.version);
  return NAMESPACE_PARTS.map((name) => escapePart(namespace[name])).join('.');
}

/** The reverse of `formatNamespace`, as strict as it: throws UMS_NAMESPACE for any text that it would not have written. */
export function parseNamespace(text: string): Namespace {
  return fromParts(splitParts(text).map(unescapePart), text);
}

/** As the original readers see a namespace: upper and lower case are one. Everything else as in `parseNamespace`. */
export function parseForeignNamespace(text: string): Namespace {
  // Only unescaped characters are folded: an escape is already in its one form, or refused.
  return parseNamespace(text.replace(/%[0-9a-fA-F]{2}|[^%]+/g, (run) => (run[0] === '%' ? run : run.toLowerCase())));
}

/** The table without its version: `postgresql.shop01.public.orders.*.0.0`. */
export function tableIdentity(namespace: Namespace): string {
  return NAMESPACE_PARTS.map((name) => (name === 'version' ? '*' : escapePart(namespace[name]))).join('.');
}

/** One entry per part: null takes anything, a text exactly that name, a RegExp what has `*` beside other characters. */
export interface NamespacePattern {
  readonly text: string;
  readonly parts: readonly (string | RegExp | null)[];
}

/**
 * A namespace in which any part may be or hold `*` (any run of characters within the part); a literal `*` is `%2a`.
 * Four to seven parts: those left out at the end (version and partitions) take anything. Throws UMS_NAMESPACE.
 */
export function parsePattern(text: string): NamespacePattern {
  const pieces = text.split('.');
  if (pieces.length < 4 || pieces.length > 7) {
    throw namespaceError(
      `${pieces.length} parts`,
      text,
      'Write system.instance.database.table, and after it version.dbPartition.tablePartition if you mean particular ones.',
    );
  }
  while (pieces.length < 7) pieces.push('*');
  return { text, parts: pieces.map(parsePatternPart) };
}

export function matchesPattern(pattern: NamespacePattern, namespace: Namespace): boolean {
  return NAMESPACE_PARTS.every((name, index) => {
    const part = pattern.parts[index] ?? null;
    if (part === null) return true;
    return typeof part === 'string' ? part === namespace[name] : part.test(namespace[name]);
  });
}

function parsePatternPart(piece: string): string | RegExp | null {
  if (piece === '*') return null;
  if (!piece.includes('*')) return unescapePart(piece);
  const literals = piece
    .split('*')
    .map((literal) => (literal === '' ? '' : unescapePart(literal).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')));
  return new RegExp(`^${literals.join('.*')}$`, 'su');
}

function splitParts(text: string): string[] {
  const parts = text.split('.');
  if (parts.length !== 7) {
    throw namespaceError(
      `${parts.length} parts`,
      text,
      'Write seven parts: system.instance.database.table.version.dbPartition.tablePartition; a dot inside a name is %2e.',
    );
  }
  return parts;
}

function fromParts(parts: readonly string[], text: string): Namespace {
  const [system, instance, database, table, version, dbPartition, tablePartition] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  checkVersion(version, text);
  return { system, instance, database, table, version, dbPartition, tablePartition };
}

function checkVersion(version: string, text: string): void {
  if (!VERSION.test(version)) {
    throw namespaceError(`the version ${JSON.stringify(version)}`, text, 'Write the version as a decimal number.');
  }
}

function decodePart(text: string): string {
  if (text === '') throw namespaceError('an empty part', text, 'Give every part of the name at least one character.');
  if (/%(?![0-9a-fA-F]{2})/.test(text)) {
    throw namespaceError('a % without two hex digits', text, 'Write a literal % as %25.');
  }
  return text.replace(ESCAPED_RUN, (run) => {
    try {
      return utf8.decode(Buffer.from(run.replaceAll('%', ''), 'hex'));
    } catch (cause) {
      throw namespaceError(`${run}, which is not UTF-8`, text, 'Escape the bytes of a whole character.', cause);
    }
  });
}

function mustEscape(character: string): boolean {
  if (character.toLowerCase() !== character) return true;
  return /[.*%|\s\p{Cc}]/u.test(character);
}

function escapeCharacter(character: string): string {
  let escaped = '';
  for (const byte of Buffer.from(character, 'utf8')) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  return escaped;
}

function suggestLowerCase(part: string): string {
  const folded = part.toLowerCase();
  return folded === part ? '' : `, or ${escapePart(folded)} if you mean ${JSON.stringify(folded)}`;
}

function namespaceError(problem: string, text: string, next: string, cause?: unknown): RtdpError {
  return new RtdpError({
    code: 'UMS_NAMESPACE',
    message: `The namespace ${JSON.stringify(text)} has ${problem}.`,
    next,
    facts: { namespace: text },
    cause,
  });
}
