/**
 * Decides how Postgres' array text (`{1,NULL,"a b"}`) becomes JSON text in a string, and which arrays cannot: one with its own
 * lower bounds (`[0:1]={…}`) keeps the source's text, as a JSON text that is one string.
 */
import { writeJsonString } from '@rtdp/ums/json-bytes';
import type { ValueWriter } from './type-map-contract.ts';
import { malformed, sourceTextValues, textOf } from './value-decoder.ts';

/** The writer for arrays whose elements `element` writes; `delimiter` is `,` for all types but box (`;`). */
export function arrayWriter(element: ValueWriter, delimiter: string): ValueWriter {
  return (target, at, source, start, end) => {
    if (source[start] === 0x5b) {
      sourceTextValues.count++;
      return writeJsonText(target, at, JSON.stringify(textOf(source, start, end)));
    }
    const text = textOf(source, start, end);
    const reader = new ArrayTextReader(text, delimiter, element);
    const json = reader.read();
    if (json === undefined) throw malformed('array', source, start, end);
    return writeJsonText(target, at, json);
  };
}

function writeJsonText(target: Uint8Array, at: number, json: string): number {
  const bytes = Buffer.from(json, 'utf8');
  return writeJsonString(target, at, bytes, 0, bytes.length);
}

/** One pass over the text of one array; builds the JSON text piece by piece. */
class ArrayTextReader {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #element: ValueWriter;
  #at = 0;

  constructor(text: string, delimiter: string, element: ValueWriter) {
    this.#text = text;
    this.#delimiter = delimiter;
    this.#element = element;
  }

  /** The JSON text, or undefined if this is not the text of an array. */
  read(): string | undefined {
    const json = this.#readArray();
    return this.#at === this.#text.length ? json : undefined;
  }

  #readArray(): string | undefined {
    if (this.#text[this.#at] !== '{') return undefined;
    this.#at++;
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return '[]';
    }
    const items: string[] = [];
    for (;;) {
      const item = this.#text[this.#at] === '{' ? this.#readArray() : this.#readElement();
      if (item === undefined) return undefined;
      items.push(item);
      const next = this.#text[this.#at++];
      if (next === '}') return `[${items.join(',')}]`;
      if (next !== this.#delimiter) return undefined;
    }
  }

  #readElement(): string | undefined {
    if (this.#text[this.#at] === '"') {
      const value = this.#readQuoted();
      return value === undefined ? undefined : this.#toJson(value);
    }
    const from = this.#at;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === this.#delimiter || character === '}') break;
      this.#at++;
    }
    const value = this.#text.slice(from, this.#at);
    if (value === '') return undefined;
    return value === 'NULL' ? 'null' : this.#toJson(value);
  }

  #readQuoted(): string | undefined {
    let value = '';
    for (let index = this.#at + 1; index < this.#text.length; index++) {
      const character = this.#text[index]!;
      if (character === '"') {
        this.#at = index + 1;
        return value;
      }
      if (character === '\\') index++;
      value += this.#text[index] ?? '';
    }
    return undefined;
  }

  #toJson(value: string): string {
    const source = Buffer.from(value, 'utf8');
    const target = Buffer.allocUnsafe(source.length * 6 + 16);
    return target.toString('utf8', 0, this.#element(target, 0, source, 0, source.length));
  }
}
