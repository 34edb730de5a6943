/** Postgres' json and jsonb on their texts: members and items are cut out as they are written, numbers keep every digit. */
import { ITEM_SEPARATOR } from '@rtdp/sql/engine-functions';
import { formatNumeric, parseNumeric } from './pg-numeric.ts';
import { fail } from './row-failure.ts';

const QUOTE = 34;
const BACKSLASH = 92;
/** Deeper values are refused; Postgres has a limit of the same kind. */
const GREATEST_DEPTH = 1_000;

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function skipSpace(text: string, at: number): number {
  let position = at;
  while (isSpace(text.charCodeAt(position))) position += 1;
  return position;
}

function malformed(): never {
  return fail('invalid input syntax for type json');
}

/** Position after the string that starts at `at`. */
function skipString(text: string, at: number): number {
  for (let position = at + 1; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) return position + 1;
    if (code === BACKSLASH) position += 1;
  }
  return malformed();
}

/** Position after the value that starts at `at`; brackets are counted, strings are skipped. */
function skipValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== '{' && first !== '[') {
    let position = at;
    while (position < text.length && !',]} \n\r\t'.includes(text[position]!)) position += 1;
    return position === at ? malformed() : position;
  }
  let depth = 0;
  for (let position = at; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) position = skipString(text, position) - 1;
    else if (code === 123 || code === 91) depth += 1;
    else if (code === 125 || code === 93) {
      depth -= 1;
      if (depth === 0) return position + 1;
    }
  }
  return malformed();
}

/** Calls back with the ends of each member's key and value, or of each item (key -1); stops when it returns true. */
function visit(
  text: string,
  found: (keyStart: number, keyEnd: number, start: number, end: number) => boolean | undefined,
): void {
  let at = skipSpace(text, 0);
  const isObject = text[at] === '{';
  at = skipSpace(text, at + 1);
  if (text[at] === '}' || text[at] === ']') return;
  for (;;) {
    let keyStart = -1;
    let keyEnd = -1;
    if (isObject) {
      keyStart = at;
      keyEnd = skipString(text, at);
      at = skipSpace(text, keyEnd);
      if (text[at] !== ':') malformed();
      at = skipSpace(text, at + 1);
    }
    const end = skipValue(text, at);
    if (found(keyStart, keyEnd, at, end) === true) return;
    at = skipSpace(text, end);
    if (text[at] !== ',') return;
    at = skipSpace(text, at + 1);
  }
}

/** `object`, `array`, `string`, `number`, `boolean` or `null`. */
export function jsonKind(text: string): string {
  const first = text[skipSpace(text, 0)];
  if (first === '{') return 'object';
  if (first === '[') return 'array';
  if (first === '"') return 'string';
  if (first === 't' || first === 'f') return 'boolean';
  return first === 'n' ? 'null' : 'number';
}

/** The value of a member, as it is written; null where there is none. Of equal keys the last one counts. */
export function jsonMember(text: string, key: string): string | null {
  if (jsonKind(text) !== 'object') return null;
  const plain = JSON.stringify(key);
  let result: string | null = null;
  visit(text, (keyStart, keyEnd, start, end) => {
    const written = text.slice(keyStart, keyEnd);
    if (written === plain || (written.includes('\\') && decodeString(written) === key)) result = text.slice(start, end);
    return undefined;
  });
  return result;
}

/** The item at an index from 0, or from the end where it is negative. */
export function jsonItem(text: string, index: number): string | null {
  if (jsonKind(text) !== 'array') return null;
  const items = jsonItems(text);
  return items.at(index) ?? null;
}

/** As `jsonItem`, but jsonb keeps a scalar as an array of one. */
export function jsonbItem(text: string, index: number): string | null {
  const kind = jsonKind(text);
  if (kind === 'object' || kind === 'array') return jsonItem(text, index);
  return index === 0 || index === -1 ? text.trim() : null;
}

export function jsonItems(text: string): string[] {
  const items: string[] = [];
  visit(text, (_keyStart, _keyEnd, start, end) => {
    items.push(text.slice(start, end));
    return undefined;
  });
  return items;
}

/** Names and values as they are written, in their order. */
export function jsonMembers(text: string): { key: string; item: string }[] {
  const members: { key: string; item: string }[] = [];
  visit(text, (keyStart, keyEnd, start, end) => {
    members.push({ key: decodeString(text.slice(keyStart, keyEnd)), item: text.slice(start, end) });
    return undefined;
  });
  return members;
}

function decodeString(written: string): string {
  if (!written.includes('\\')) return written.slice(1, -1);
  const value = JSON.parse(written) as string;
  if (value.includes('\0')) return fail('unsupported Unicode escape sequence');
  if (!value.isWellFormed()) return fail('Unicode surrogates must come in pairs');
  return value;
}

/** What ->> gives of a value: a string without its quotes, null as NULL, everything else as written. */
export function jsonText(written: string | null): string | null {
  if (written === null) return null;
  const value = written.trim();
  if (value === 'null') return null;
  return value[0] === '"' ? decodeString(value) : value;
}

/** #>: `path` is a JSON array of steps; a step into an array is an index. */
export function jsonPath(text: string, path: string): string | null {
  let value: string | null = text.trim();
  for (const step of JSON.parse(path) as string[]) {
    if (value === null) return null;
    const kind = jsonKind(value);
    if (kind === 'object') value = jsonMember(value, step);
    else if (kind === 'array' && /^[+-]?\d{1,9}$/.test(step)) value = jsonItem(value, Number(step));
    else return null;
  }
  return value;
}

export function jsonLength(text: string): number {
  const kind = jsonKind(text);
  if (kind !== 'array') {
    return fail(kind === 'object' ? 'cannot get array length of a non-array' : 'cannot get array length of a scalar');
  }
  return jsonItems(text).length;
}

/** Items of an array for a list of the engine; null where it is empty. */
export function jsonItemsJoined(text: string): string | null {
  const kind = jsonKind(text);
  if (kind !== 'array') {
    return fail(kind === 'object' ? 'cannot extract elements from an object' : 'cannot extract elements from a scalar');
  }
  const items = jsonItems(text);
  return items.length === 0 ? null : items.join(ITEM_SEPARATOR);
}

/** jsonb ? key: a member, or a string item. */
export function jsonHasMember(text: string, key: string): boolean {
  const kind = jsonKind(text);
  if (kind === 'object') return jsonMember(text, key) !== null;
  const items = kind === 'array' ? jsonItems(text) : kind === 'string' ? [text.trim()] : [];
  return items.some((item) => item[0] === '"' && decodeString(item) === key);
}

/** A jsonb number as numeric; null of null. */
export function jsonNumber(text: string): string | null {
  const kind = jsonKind(text);
  if (kind === 'null') return null;
  if (kind !== 'number') return fail(`cannot cast jsonb ${kind} to type numeric`);
  return formatNumeric(parseNumeric(text));
}

export function jsonBoolean(text: string): boolean | null {
  const kind = jsonKind(text);
  if (kind === 'null') return null;
  if (kind !== 'boolean') return fail(`cannot cast jsonb ${kind} to type boolean`);
  return text.trim() === 'true';
}

/** Fails unless the text is valid JSON; json keeps it as written. */
export function checkJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return malformed();
  }
  return text;
}

/** The text of jsonb: spaces as Postgres writes them, keys by length and bytes, the last of equal keys, numbers with their digits. */
export function readJsonb(text: string): string {
  checkJson(text);
  return canonical(text.trim(), 0);
}

function canonical(value: string, depth: number): string {
  if (depth > GREATEST_DEPTH) return fail('stack depth limit exceeded');
  const kind = jsonKind(value);
  if (kind === 'string') return printString(decodeString(value));
  if (kind === 'number') {
    const number = parseNumeric(value);
    // There is no negative zero in numeric.
    return formatNumeric(number);
  }
  if (kind === 'array')
    return `[${jsonItems(value)
      .map((item) => canonical(item, depth + 1))
      .join(', ')}]`;
  if (kind !== 'object') return value;
  const members = new Map(jsonMembers(value).map(({ key, item }) => [key, item]));
  const sorted = [...members].map(([key, item]) => ({ key, bytes: Buffer.from(key), item }));
  sorted.sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes));
  return `{${sorted.map(({ key, item }) => `${printString(key)}: ${canonical(item, depth + 1)}`).join(', ')}}`;
}

/** A JSON string as Postgres writes it: only quotes, backslashes and control characters are escaped. */
function printString(value: string): string {
  return JSON.stringify(value);
}

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** The text as a string of json. */
export function quoteJson(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is escaped.
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) => {
    return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
