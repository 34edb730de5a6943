/** Decides how the gateway's own statements are cut into words, names, texts and signs, and how a mistake in them is told with its place. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { positionOfIndex } from '@rtdp/sql/position';
import { RtdpError } from '@rtdp/ums/error';

interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end';
  /** A word as written, a quoted name or text without its quotes. */
  value: string;
  index: number;
}

const PIECE =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|"(?<name>(?:[^"]|"")+)"|'(?<text>(?:[^']|'')*)'|(?<number>\d+(?:\.\d+)?)|(?<sign>[^\s])/uy;

export class Tokens {
  readonly #sql: string;
  readonly #tokens: Token[] = [];
  readonly syntax: string;
  #at = 0;

  /** @param syntax shown when the text is not written that way */
  constructor(sql: string, syntax: string) {
    this.#sql = sql;
    this.syntax = syntax;
    PIECE.lastIndex = 0;
    for (let match = PIECE.exec(sql); match !== null; match = PIECE.exec(sql)) {
      const token = toToken(match.groups ?? {}, match.index);
      if (token !== undefined) this.#tokens.push(token);
    }
    const last = this.#tokens.at(-1);
    if (last?.kind === 'sign' && last.value === ';') this.#tokens.pop();
    this.#tokens.push({ kind: 'end', value: '', index: sql.trimEnd().length });
  }

  /** Passes the word if it comes next. */
  skip(word: string): boolean {
    const { kind, value } = this.#next;
    if ((kind !== 'word' && kind !== 'sign') || value.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  /** The word or sign must come next. */
  expect(word: string): void {
    if (!this.skip(word)) throw this.fail(`${word} was expected`);
  }

  /** A name, plain (then in lower case) or in double quotes. */
  name(what: string): string {
    const { kind, value } = this.#next;
    if (kind !== 'word' && kind !== 'name') throw this.fail(`the ${what} was expected`);
    this.#at++;
    return kind === 'word' ? value.toLowerCase() : value;
  }

  /** A text in single quotes, or a number. @param isSecret what is there instead is not shown */
  literal(what: string, isSecret = false): string {
    const { kind, value } = this.#next;
    if (kind !== 'text' && kind !== 'number') {
      throw this.fail(`the ${what} was expected, in single quotes`, [], isSecret ? 'hidden' : 'next');
    }
    this.#at++;
    return value;
  }

  /** A name or a text. */
  nameOrText(what: string): string {
    return this.#next.kind === 'text' ? this.literal(what) : this.name(what);
  }

  get isAtEnd(): boolean {
    return this.#next.kind === 'end';
  }

  /** Nothing more may follow. */
  end(): void {
    if (!this.isAtEnd) throw this.fail('the statement should end here');
  }

  /** The rest of the text, from the next token on. */
  rest(): string {
    const { index } = this.#next;
    this.#at = this.#tokens.length - 1;
    return this.#sql.slice(index);
  }

  /** The same, at the place where it stands in the whole text: blanks are before it, so that problems in it are told with their place. */
  restInPlace(): string {
    const { index } = this.#next;
    return this.#sql.slice(0, index).replaceAll(/[^\n]/g, ' ') + this.rest();
  }

  /** What is there, for a message. */
  get found(): string {
    const { kind, value } = this.#next;
    return kind === 'end' ? 'the end' : JSON.stringify(value);
  }

  /** @param candidates names that may have been meant instead of the token at `place`, which is the next one also where it is `hidden` */
  fail(message: string, candidates: readonly string[] = [], place: 'next' | 'last' | 'hidden' = 'next'): RtdpError {
    const token = place === 'last' ? this.#tokens[Math.max(0, this.#at - 1)]! : this.#next;
    const { line, column } = positionOfIndex(this.#sql, token.index);
    const meant = nearestName(token.value, candidates);
    const found = place !== 'next' ? '' : `, and ${this.found} is there`;
    const next = `${meant === undefined ? '' : `Did you mean ${meant}? `}Write: ${this.syntax}`;
    const problem = { code: 'MOONBOX_STATEMENT_INVALID', message: `${message}${found}`, next, line, column };
    return new RtdpError({
      code: problem.code,
      message: `line ${line}, column ${column}: ${problem.message}`,
      next,
      facts: { problems: [problem] },
    });
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }
}

function toToken(groups: Record<string, string | undefined>, index: number): Token | undefined {
  const { word, name, text, number, sign } = groups;
  if (word !== undefined) return { kind: 'word', value: word, index };
  if (name !== undefined) return { kind: 'name', value: name.replaceAll('""', '"'), index };
  if (text !== undefined) return { kind: 'text', value: text.replaceAll("''", "'"), index };
  if (number !== undefined) return { kind: 'number', value: number, index };
  return sign === undefined ? undefined : { kind: 'sign', value: sign, index };
}
