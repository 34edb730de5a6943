/** Decides where one statement of a text ends and the next begins, by Postgres' rules for quotes, dollar quotes and comments. */

export interface StatementText {
  readonly text: string;
  /** Index (UTF-16) of its first character in the whole text. */
  readonly start: number;
}

const BLANK = /\s/;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]/;

/** The statements of a text, without their semicolons; what holds only blanks and comments is left out. */
export function splitStatements(text: string): StatementText[] {
  const statements: StatementText[] = [];
  let start = 0;
  let firstToken = -1;
  const close = (end: number): void => {
    if (firstToken >= 0) statements.push({ text: text.slice(firstToken, end), start: firstToken });
    start = end + 1;
    firstToken = -1;
  };
  let at = start;
  while (at < text.length) {
    if (text[at] === ';') {
      close(at);
      at += 1;
      continue;
    }
    const comment = skipComment(text, at);
    if (comment > at) {
      at = comment;
      continue;
    }
    if (firstToken < 0 && !BLANK.test(text[at]!)) firstToken = at;
    at = skipLexeme(text, at);
  }
  close(text.length);
  return statements;
}

/** Index of the parenthesis that closes the one at `open`; −1 if none does. */
export function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  let at = open;
  while (at < text.length) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
    const comment = skipComment(text, at);
    at = comment > at ? comment : skipLexeme(text, at);
  }
  return -1;
}

/** Index after the first keyword `word` that stands outside of quotes, comments and parentheses; −1 if there is none. */
export function afterKeyword(text: string, word: string): number {
  let depth = 0;
  for (const { lexeme, end } of lexemesOf(text)) {
    if (lexeme === '(') depth += 1;
    else if (lexeme === ')') depth -= 1;
    if (depth === 0 && lexeme.toLowerCase() === word) return end;
  }
  return -1;
}

/** Index of a name in a statement, if it stands there once and nowhere else; upper case counts as lower. */
export function onlyPlaceOf(text: string, name: string): number | undefined {
  const found = [...lexemesOf(text)].filter(({ lexeme }) => lexeme === `"${name}"` || lexeme.toLowerCase() === name);
  return found.length === 1 ? found[0]!.start : undefined;
}

/** The words, quoted texts and single characters of a text, blanks among them, without its comments. */
function* lexemesOf(text: string): Generator<{ lexeme: string; start: number; end: number }> {
  let start = 0;
  while (start < text.length) {
    let end = skipComment(text, start);
    if (end === start) {
      end = skipLexeme(text, start);
      yield { lexeme: text.slice(start, end), start, end };
    }
    start = end;
  }
}

/** Index after the comment at `at`; `at` itself if there is none. Comments between slashes and stars nest. */
function skipComment(text: string, at: number): number {
  if (text.startsWith('--', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end + 1;
  }
  if (!text.startsWith('/*', at)) return at;
  let depth = 1;
  let index = at + 2;
  while (index < text.length && depth > 0) {
    if (text.startsWith('/*', index)) {
      depth += 1;
      index += 2;
    } else if (text.startsWith('*/', index)) {
      depth -= 1;
      index += 2;
    } else index += 1;
  }
  return index;
}

/** Index after the word, quoted text or single character at `at`. */
function skipLexeme(text: string, at: number): number {
  const character = text[at]!;
  if (character === "'") return skipQuoted(text, at, "'", false);
  if (character === '"') return skipQuoted(text, at, '"', false);
  if ((character === 'e' || character === 'E') && text[at + 1] === "'") return skipQuoted(text, at + 1, "'", true);
  if (character === '$') {
    DOLLAR_TAG.lastIndex = at;
    const tag = DOLLAR_TAG.exec(text)?.[0];
    if (tag !== undefined) {
      const end = text.indexOf(tag, at + tag.length);
      return end < 0 ? text.length : end + tag.length;
    }
  }
  if (!WORD.test(character)) return at + 1;
  let end = at + 1;
  while (end < text.length && WORD.test(text[end]!)) end += 1;
  return end;
}

function skipQuoted(text: string, open: number, quote: string, backslashes: boolean): number {
  let at = open + 1;
  while (at < text.length) {
    if (backslashes && text[at] === '\\') at += 2;
    else if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}
