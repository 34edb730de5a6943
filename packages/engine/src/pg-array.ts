/** Postgres' arrays on their texts: read, written, taken apart and put together; several dimensions count as one list of items. */
import { printArrayText } from '@rtdp/sql/literals';
import { quoteJson } from './pg-json.ts';
import { fail } from './row-failure.ts';

type Item = string | null;

const SEPARATOR = '\u001f';
const ESCAPE = '\u001e';

/** Items of an array in the order of Postgres' unnest. */
export function readItems(text: string): Item[] {
  if (text === '{}') return [];
  const items: Item[] = [];
  // Bounds other than from 1 are written before the items: [0:2]={…}
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '{' || character === '}' || character === ',') at += 1;
    else if (character === '"') {
      let item = '';
      for (at += 1; text[at] !== '"'; at += 1) {
        if (at >= text.length) return fail(`malformed array literal: "${text}"`);
        if (text[at] === '\\') at += 1;
        item += text[at];
      }
      at += 1;
      items.push(item);
    } else {
      const start = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1;
      const item = text.slice(start, at);
      items.push(item === 'NULL' ? null : item);
    }
  }
  return items;
}

export function escapeItem(text: string): string {
  if (!text.includes(SEPARATOR) && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}e`).replaceAll(SEPARATOR, `${ESCAPE}s`);
}

export function unpackItem(packed: string): Item {
  if (packed === 'N') return null;
  if (!packed.includes(ESCAPE)) return packed.slice(1);
  return packed.slice(1).replaceAll(`${ESCAPE}s`, SEPARATOR).replaceAll(`${ESCAPE}e`, ESCAPE);
}

/** NULL where the array has no items: a text of none would be one empty item. */
export function packArray(text: string): Item {
  const items = readItems(text);
  if (items.length === 0) return null;
  return items.map((item) => (item === null ? 'N' : `V${escapeItem(item)}`)).join(SEPARATOR);
}

/** An array of packed items. */
export function makeArray(packed: string): string {
  return packed === '' ? '{}' : printArrayText(packed.split(SEPARATOR).map(unpackItem));
}

export function arrayLength(text: string): number {
  return readItems(text).length;
}

function isPlain(text: string): boolean {
  return text.startsWith('{') && !text.startsWith('{{');
}

function requirePlain(text: string): void {
  if (!isPlain(text)) fail('an array of several dimensions, or whose index does not begin at 1, is not computed with');
}

/** Items of an array of one dimension that begins at 1. */
export function readPlainItems(text: string): Item[] {
  requirePlain(text);
  return readItems(text);
}

export function arrayItem(text: string, index: number): Item {
  requirePlain(text);
  return readItems(text)[index - 1] ?? null;
}

export function joinItems(text: string, separator: string): string {
  return readItems(text)
    .filter((item) => item !== null)
    .join(separator);
}

export function joinItemsWithNulls(text: string, separator: string, empty: string): string {
  return readItems(text)
    .map((item) => item ?? empty)
    .join(separator);
}

export function splitText(text: string, separator: string): string {
  if (text === '') return '{}';
  return printArrayText(separator === '' ? [text] : text.split(separator));
}

export function concatArrays(a: string, b: string): string {
  requirePlain(a);
  requirePlain(b);
  return printArrayText([...readItems(a), ...readItems(b)]);
}

/** `searched`: N for NULL, or V and the item. */
export function removeItem(text: string, searched: string): string {
  requirePlain(text);
  const item = searchedItem(searched);
  return printArrayText(readItems(text).filter((one) => one !== item));
}

/** `searched`: N for NULL, or V and the item. */
export function itemPosition(text: string, searched: string): number | null {
  requirePlain(text);
  const index = readItems(text).indexOf(searchedItem(searched));
  return index < 0 ? null : index + 1;
}

function searchedItem(searched: string): Item {
  return searched === 'N' ? null : searched.slice(1);
}

/** NULL where it is not there but an item is NULL. */
export function hasItem(text: string, item: string): boolean | null {
  const items = readItems(text);
  return items.includes(item) ? true : items.includes(null) ? null : false;
}

/** A NULL item is contained in nothing. */
export function containsItems(text: string, others: string): boolean {
  const items = new Set(readItems(text));
  return readItems(others).every((item) => item !== null && items.has(item));
}

export function overlapsItems(text: string, others: string): boolean {
  const items = new Set(readItems(text));
  return readItems(others).some((item) => item !== null && items.has(item));
}

/** As to_json writes it; `kind`: how an item is written. */
export function arrayJson(text: string, kind: string): string {
  requirePlain(text);
  const items = readItems(text).map((item) => {
    if (item === null) return 'null';
    if (kind === 'boolean') return item === 't' ? 'true' : 'false';
    return kind === 'number' ? item : quoteJson(item);
  });
  return `[${items.join(',')}]`;
}

/** Of packed items in order, the one of the longest run; the first of several. */
export function mostFrequent(packed: string): string {
  let [best, most] = ['', 0];
  let [current, count] = ['', 0];
  for (const item of packed.split(SEPARATOR)) {
    count = item === current ? count + 1 : 1;
    current = item;
    if (count > most) [best, most] = [item, count];
  }
  return best;
}
