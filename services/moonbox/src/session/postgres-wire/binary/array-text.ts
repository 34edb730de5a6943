/** Decides how Postgres' text of an array (`{1,NULL,"a b"}`) is read and written. */

export interface ArrayValue {
  /** Lengths, outermost first; empty for an empty array. */
  readonly lengths: readonly number[];
  readonly lowerBounds: readonly number[];
  /** In row-major order; null for NULL. */
  readonly elements: readonly (string | null)[];
}

/** @returns undefined for a text that is no array, or a ragged one */
export function parseArrayText(text: string): ArrayValue | undefined {
  const bounds = /^((?:\[[+-]?\d+:[+-]?\d+\])+)=/.exec(text);
  const lowerBounds =
    bounds === null ? [] : [...bounds[1]!.matchAll(/\[([+-]?\d+):/g)].map((match) => Number(match[1]));
  let at = bounds === null ? 0 : bounds[0].length;
  const lengths: number[] = [];
  const elements: (string | null)[] = [];

  function readList(depth: number): boolean {
    if (text[at] !== '{') return false;
    at += 1;
    let count = 0;
    if (text[at] === '}') {
      at += 1;
      return depth === 0;
    }
    for (;;) {
      if (text[at] === '{') {
        if (!readList(depth + 1)) return false;
      } else if (!readElement()) return false;
      count += 1;
      const mark = text[at];
      at += 1;
      if (mark === '}') break;
      if (mark !== ',') return false;
    }
    if (lengths[depth] === undefined) lengths[depth] = count;
    return lengths[depth] === count;
  }

  function readElement(): boolean {
    if (text[at] === '"') {
      let value = '';
      at += 1;
      while (at < text.length && text[at] !== '"') {
        if (text[at] === '\\') at += 1;
        value += text[at] ?? '';
        at += 1;
      }
      at += 1;
      elements.push(value);
      return true;
    }
    const start = at;
    while (at < text.length && text[at] !== ',' && text[at] !== '}' && text[at] !== '{')
      at += text[at] === '\\' ? 2 : 1;
    const raw = text.slice(start, at);
    if (raw === '') return false;
    elements.push(raw.toUpperCase() === 'NULL' ? null : raw.replace(/\\(.)/g, '$1'));
    return true;
  }

  if (!readList(0) || at !== text.length) return undefined;
  const expected = lengths.length === 0 ? 0 : lengths.reduce((product, length) => product * length, 1);
  if (elements.length !== expected) return undefined;
  return { lengths, lowerBounds: lengths.map((_, index) => lowerBounds[index] ?? 1), elements };
}

/** With every element quoted, which any reader takes. */
export function formatArrayText({ lengths, elements }: ArrayValue): string {
  if (lengths.length === 0) return '{}';
  let at = 0;
  const write = (depth: number): string => {
    const items = Array.from({ length: lengths[depth]! }, () => {
      if (depth + 1 < lengths.length) return write(depth + 1);
      const element = elements[at];
      at += 1;
      return element === null || element === undefined ? 'NULL' : `"${element.replace(/["\\]/g, '\\$&')}"`;
    });
    return `{${items.join(',')}}`;
  };
  return write(0);
}
