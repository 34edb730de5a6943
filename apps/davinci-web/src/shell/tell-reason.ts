/** Decides how what a service says of itself is told in the reader's language: sentences that are known are, others stay as they came. Pure. */

/** Sentences by a name, in groups; what stands for something else is written `{{name}}`. */
export type Sentences = { [name: string]: string | Sentences };

interface Shape {
  shape: RegExp;
  /** How many letters of it are always the same. */
  written: number;
  holes: readonly string[];
  told: string;
}

/** Texts with figures in them are others at each look. */
const MOST_REMEMBERED = 1_000;

/** Stands for a sentence of its own, which is told too. */
const WHY = 'reason';
/** Stands for names, with "and" and commas between them; what has no name but is described is told too. */
const NAMES = 'names';
/** Stands for one name without blanks: of what goes on otherwise, the sentence is another one. */
const SINGLE = 'single';

/**
 * @param known as the services write them, in English; a test proves that they do
 * @param told the same names in the language of the reader
 * @returns what becomes of a text of one sentence or more
 */
export function tellerOf(known: Sentences, told: Sentences): (text: string) => string {
  // The more of a text a sentence says itself, the surer it is the one that was written.
  const shapes = shapesOf(known, told).sort((a, b) => b.written - a.written);
  const before = new Map<string, string>();
  const tell = (text: string): string => {
    const found = before.get(text) ?? tellWhole(text) ?? tellParts(text);
    if (before.size === MOST_REMEMBERED) before.clear();
    before.set(text, found);
    return found;
  };
  const tellWhole = (text: string): string | undefined => {
    for (const { shape, holes, told: sentence } of shapes) {
      const match = shape.exec(text);
      if (match === null) continue;
      const values = new Map(holes.map((hole, at) => [hole, match[at + 1] ?? '']));
      return sentence.replaceAll(HOLE, (_, hole: string) => {
        const value = values.get(hole) ?? '';
        if (hole === NAMES) return tellNames(value);
        return hole === WHY ? tell(value).replace(/[。.]$/, '') : value;
      });
    }
    return undefined;
  };
  const tellNames = (text: string): string =>
    text
      .split(' and ')
      .map((names) => names.split(', ').map(tell).join('、'))
      .join(' 与 ');
  /** The longest runs of sentences that are known, each for itself. */
  const tellParts = (text: string): string => {
    const parts = text.split(/(?<=[.?!]) (?=[A-Z])/);
    const said: string[] = [];
    for (let at = 0; at < parts.length; ) {
      let until = parts.length;
      let found: string | undefined;
      while (until > at && found === undefined) {
        // The whole was tried.
        if (until - at < parts.length) found = tellWhole(parts.slice(at, until).join(' '));
        if (found === undefined) until--;
      }
      said.push(found ?? parts[at]!);
      at = found === undefined ? at + 1 : until;
    }
    // A Chinese sentence ends in its own way, and no space stands behind it.
    return said.reduce((before, next) => {
      if (/[。？！]$/.test(before)) return before + next;
      return /\p{Script=Han}$/u.test(before) ? `${before}。${next}` : `${before} ${next}`;
    });
  };
  return tell;
}

const HOLE = /\{\{(\w+)\}\}/g;

function shapesOf(known: Sentences, told: Sentences): Shape[] {
  return Object.entries(known).flatMap(([name, english]): Shape[] => {
    const other = told[name];
    if (typeof english !== 'string') return typeof other === 'object' ? shapesOf(english, other) : [];
    return typeof other === 'string' ? [{ ...shapeOf(english), told: other }] : [];
  });
}

/** A service may write it to stand after a name: without a capital, and without its end. */
function shapeOf(english: string): Omit<Shape, 'told'> {
  const holes = [...english.matchAll(HOLE)].map(([, hole]) => hole!);
  const pattern = english
    .replace(/\.$/, '')
    .split(HOLE)
    .map((part, at, parts) =>
      at % 2 === 1 ? holeOf(part, at === 1 && parts[0] === '') : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return { shape: new RegExp(`^${pattern}\\.?$`, 'is'), written: english.replaceAll(HOLE, '').length, holes };
}

/** What a sentence begins with is a name: up to a colon stands another sentence, of which this one is the reason. */
function holeOf(hole: string, isFirst: boolean): string {
  if (hole === SINGLE) return '(\\S+?)';
  return isFirst ? '((?:(?!: ).)+?)' : '(.+?)';
}
