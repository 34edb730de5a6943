/** Decides how rows look to COPY … TO STDOUT: text, CSV or binary, by the options of the statement. */
import { RtdpError } from '@rtdp/ums/error';
import type { MessageWriter } from './message-writer.ts';
import { quoteName } from './shadow/mirror-statements.ts';
import { closingParenthesis } from './split-statements.ts';
import type { Tree } from './statement-parts.ts';

export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary';
  readonly delimiter: string;
  readonly nullText: string;
  readonly hasHeader: boolean;
  readonly quote: string;
  readonly escape: string;
  /** Columns that are always quoted; `all`: every one. */
  readonly forceQuote: ReadonlySet<string> | 'all';
}

export interface CopyStatement {
  readonly query: string;
  readonly options: CopyOptions;
}

const BINARY_HEAD = Buffer.from([...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), 0, 0, 0, 0, 0, 0, 0, 0]);

/** @throws RtdpError WIRE_UNSUPPORTED */
export function readCopy(text: string, tree: Tree): CopyStatement {
  if (tree.is_from === true) throw unsupported('COPY FROM', 'The gateway only reads: use COPY … TO STDOUT.');
  if (tree.filename !== undefined || tree.is_program === true) {
    throw unsupported('COPY to a file or program', 'Use COPY … TO STDOUT, or \\copy of psql.');
  }
  const options = readOptions(Array.isArray(tree.options) ? tree.options : []);
  const relation = tree.relation as Tree | undefined;
  if (relation === undefined) {
    const open = text.indexOf('(');
    // Blanks before it, so that places in it are places in the whole statement.
    const before = text.slice(0, open + 1).replace(/[^\n]/g, ' ');
    return { query: before + text.slice(open + 1, closingParenthesis(text, open)), options };
  }
  const table = [relation.schemaname, relation.relname].filter((name) => name !== undefined).map(String);
  const list = Array.isArray(tree.attlist) ? tree.attlist.map((name) => quoteName(stringOf(name))).join(', ') : '*';
  return { query: `select ${list} from ${table.map(quoteName).join('.')}`, options };
}

function stringOf(node: unknown): string {
  return String((node as { String?: { sval?: string } }).String?.sval ?? '');
}

function readOptions(list: readonly unknown[]): CopyOptions {
  const given = new Map<string, unknown>();
  for (const item of list) {
    const { DefElem: element } = item as { DefElem?: { defname?: string; arg?: unknown } };
    if (element?.defname !== undefined) given.set(element.defname.toLowerCase(), element.arg);
  }
  const text = (name: string): string | undefined => (given.has(name) ? stringOf(given.get(name)) : undefined);
  const format = (text('format') ?? 'text').toLowerCase();
  if (format !== 'text' && format !== 'csv' && format !== 'binary') {
    throw unsupported(`COPY format ${format}`, 'Use text, csv or binary.');
  }
  for (const name of given.keys()) {
    if (!KNOWN_OPTIONS.has(name))
      throw unsupported(`COPY option ${name}`, `It takes ${[...KNOWN_OPTIONS].join(', ')}.`);
  }
  const encoding = text('encoding');
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
    throw unsupported(`encoding ${encoding}`, 'It writes UTF-8.');
  const quote = text('quote') ?? '"';
  const delimiter = text('delimiter') ?? (format === 'csv' ? ',' : '\t');
  const single = [delimiter, quote, text('escape') ?? quote];
  if (single.some((character) => character.length !== 1 || character > '\u007f')) {
    throw unsupported('such a delimiter, quote or escape', 'Use one ASCII character for each.');
  }
  return {
    format,
    delimiter,
    nullText: text('null') ?? (format === 'csv' ? '' : '\\N'),
    hasHeader: given.has('header') && !/^(false|off|0)$/i.test(headerText(given.get('header'))),
    quote,
    escape: text('escape') ?? quote,
    forceQuote: forceQuoteOf(given.get('force_quote')),
  };
}

const KNOWN_OPTIONS: ReadonlySet<string> = new Set([
  'format',
  'delimiter',
  'null',
  'header',
  'quote',
  'escape',
  'force_quote',
  'encoding',
]);

function headerText(argument: unknown): string {
  const { Boolean: flag, Integer: number } = (argument ?? {}) as {
    Boolean?: { boolval?: boolean };
    Integer?: { ival?: number };
  };
  if (flag !== undefined) return String(flag.boolval ?? false);
  return number === undefined ? stringOf(argument ?? {}) : String(number.ival ?? 0);
}

function forceQuoteOf(argument: unknown): ReadonlySet<string> | 'all' {
  const { A_Star: star, List: list } = (argument ?? {}) as { A_Star?: unknown; List?: { items?: unknown[] } };
  if (star !== undefined) return 'all';
  return new Set((list?.items ?? []).map(stringOf));
}

/** Turns DataRow messages into CopyData messages. */
export class CopyWriter {
  rows = 0;
  readonly #options: CopyOptions;
  readonly #names: readonly string[];
  readonly #forced: readonly boolean[];
  /** By byte: 1 where a value that holds it cannot stand as it is. */
  readonly #special: Uint8Array;
  readonly #delimiter: number;
  readonly #nullBytes: Buffer;

  constructor(options: CopyOptions, names: readonly string[]) {
    const { delimiter, quote, forceQuote } = options;
    this.#options = options;
    this.#names = names;
    this.#forced = names.map((name) => forceQuote === 'all' || forceQuote.has(name));
    this.#special = new Uint8Array(256);
    const special = options.format === 'csv' ? [delimiter, quote, '\r', '\n'] : [delimiter, '\\', ...'\b\f\n\r\t\v'];
    for (const character of special) this.#special[character.charCodeAt(0)] = 1;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#nullBytes = Buffer.from(options.nullText);
  }

  /** CopyOutResponse, and what stands before the rows. */
  begin(writer: MessageWriter): void {
    const { format, hasHeader } = this.#options;
    const code = format === 'binary' ? 1 : 0;
    writer.begin('H').byte(code).int16(this.#names.length);
    for (let index = 0; index < this.#names.length; index += 1) writer.int16(code);
    writer.end();
    if (format === 'binary') writer.whole('d', BINARY_HEAD);
    else if (hasHeader) this.#header(writer);
  }

  #header(writer: MessageWriter): void {
    const names = this.#names.map((name) => Buffer.from(name));
    writer.begin('d');
    for (const [index, name] of names.entries()) {
      if (index > 0) writer.byte(this.#delimiter);
      this.#value(writer, name, 0, name.length, false);
    }
    writer.byte(LINE_FEED).end();
  }

  /** `messages` holds whole DataRow messages. */
  rowsOf(messages: Buffer, writer: MessageWriter): void {
    const isBinary = this.#options.format === 'binary';
    for (let at = 0; at < messages.length; ) {
      const end = at + 1 + messages.readInt32BE(at + 1);
      writer.begin('d');
      if (isBinary) writer.slice(messages, at + 5, end);
      else this.#line(messages, at + 5, writer);
      writer.end();
      this.rows += 1;
      at = end;
    }
  }

  end(writer: MessageWriter): void {
    if (this.#options.format === 'binary') writer.whole('d', Buffer.of(0xff, 0xff));
    writer.begin('c').end();
  }

  #line(messages: Buffer, start: number, writer: MessageWriter): void {
    const count = messages.readInt16BE(start);
    let at = start + 2;
    for (let index = 0; index < count; index += 1) {
      if (index > 0) writer.byte(this.#delimiter);
      const length = messages.readInt32BE(at);
      at += 4;
      if (length < 0) writer.bytes(this.#nullBytes);
      else {
        this.#value(writer, messages, at, at + length, this.#forced[index] === true);
        at += length;
      }
    }
    writer.byte(LINE_FEED);
  }

  #value(writer: MessageWriter, bytes: Buffer, start: number, end: number, isForced: boolean): void {
    if (!isForced && this.#isPlain(bytes, start, end)) {
      writer.slice(bytes, start, end);
      return;
    }
    const text = bytes.toString('utf8', start, end);
    const { format, delimiter } = this.#options;
    writer.bytes(Buffer.from(format === 'csv' ? this.#quoted(text) : escaped(text, delimiter)));
  }

  /** Whether the value may stand as it is. */
  #isPlain(bytes: Buffer, start: number, end: number): boolean {
    for (let index = start; index < end; index += 1) if (this.#special[bytes[index]!] === 1) return false;
    if (this.#options.format !== 'csv') return true;
    const length = end - start;
    const isNullText = length === this.#nullBytes.length && bytes.compare(this.#nullBytes, 0, length, start, end) === 0;
    const isEndMark = length === 2 && this.#names.length === 1 && bytes.toString('latin1', start, end) === '\\.';
    return !isNullText && !isEndMark;
  }

  #quoted(text: string): string {
    const { quote, escape: mark } = this.#options;
    let inner = '';
    for (const character of text) inner += character === quote || character === mark ? mark + character : character;
    return quote + inner + quote;
  }
}

const LINE_FEED = 0x0a;

function escaped(text: string, delimiter: string): string {
  let shown = '';
  for (const character of text) {
    const isPlain = TEXT_ESCAPES[character] === undefined && character !== '\\' && character !== delimiter;
    shown += isPlain ? character : (TEXT_ESCAPES[character] ?? `\\${character}`);
  }
  return shown;
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function unsupported(what: string, next: string): RtdpError {
  return new RtdpError({ code: 'WIRE_UNSUPPORTED', message: `The gateway has no ${what}.`, next });
}
