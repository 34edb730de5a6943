/**
 * Decides where in a text of Postgres' SQL the `:variables` are: outside of strings, quoted names, comments and dollar quotes, and not in a
 * cast (`::`) or `:=`. Reads tokens as Postgres' own lexer does; whether the statement makes sense is the parser's business.
 */

export interface VariablePlace {
  name: string;
  /** Of the colon. */
  start: number;
  /** After the name. */
  end: number;
  /** Within `[…]`, where `:name` may also be the bound of an array slice. */
  inBrackets: boolean;
}

export interface SqlScan {
  variables: VariablePlace[];
  /** Of `$1`, `$2`, …. */
  placeholders: number[];
  /** Of each `;`. */
  semicolons: number[];
  /** Where a string, name or comment begins that never ends. */
  unterminated: number | undefined;
}

const IDENTIFIER = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const VARIABLE = /:([A-Za-z_][A-Za-z0-9_]*)/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const PLACEHOLDER = /\$\d+/y;
const NUMBER = /\d[\w.]*/y;

export function scanSql(text: string): SqlScan {
  const scan: SqlScan = { variables: [], placeholders: [], semicolons: [], unterminated: undefined };
  let brackets = 0;
  let at = 0;
  /** Moves to `end`, or to the end of the text where there is none. */
  const to = (end: number): void => {
    if (end < 0) scan.unterminated ??= at;
    at = end < 0 ? text.length : end;
  };
  while (at < text.length) {
    const character = text[at]!;
    const two = text.slice(at, at + 2);
    if (two === '--') {
      const line = /[\r\n]/g;
      line.lastIndex = at;
      at = line.exec(text)?.index ?? text.length;
    } else if (two === '/*') {
      to(endOfComment(text, at));
    } else if (character === "'") {
      to(endOfQuoted(text, at, "'"));
    } else if (character === '"') {
      to(endOfQuoted(text, at, '"'));
    } else if (character === '$') {
      const quote = matchAt(DOLLAR_QUOTE, text, at)?.[0];
      const placeholder = matchAt(PLACEHOLDER, text, at)?.[0];
      if (quote !== undefined) {
        const end = text.indexOf(quote, at + quote.length);
        to(end < 0 ? -1 : end + quote.length);
      } else {
        if (placeholder !== undefined) scan.placeholders.push(at);
        at += placeholder?.length ?? 1;
      }
    } else if (two === '::' || two === ':=') {
      at += 2;
    } else if (character === ':') {
      const match = matchAt(VARIABLE, text, at);
      if (match !== null) {
        scan.variables.push({ name: match[1]!, start: at, end: at + match[0].length, inBrackets: brackets > 0 });
      }
      at += match?.[0].length ?? 1;
    } else {
      const identifier = matchAt(IDENTIFIER, text, at)?.[0];
      if (identifier !== undefined) {
        at += identifier.length;
        // Only here does a backslash quote: E'it\'s'.
        if (text[at] === "'" && /^e$/i.test(identifier)) to(endOfQuoted(text, at, "'", true));
      } else {
        const number = matchAt(NUMBER, text, at)?.[0];
        if (character === ';') scan.semicolons.push(at);
        if (character === '[') brackets++;
        if (character === ']') brackets = Math.max(0, brackets - 1);
        at += number?.length ?? 1;
      }
    }
  }
  return scan;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** After the closing quote; -1 if there is none. A doubled quote is one of the text. */
function endOfQuoted(text: string, start: number, quote: string, backslash = false): number {
  for (let at = start + 1; at < text.length; at++) {
    if (backslash && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return -1;
}

/** Comments nest. */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth++;
    else if (two === '*/') depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return -1;
}
