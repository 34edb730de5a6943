/** Decides which colour a value has: the chosen one, else one that goes by what it is and not by when it came; while it is on the page it keeps it, and no other value of its column has it as long as the palette suffices. */
import { LIGHT } from '../shell/tokens.ts';
import type { Cell, Settings } from './contract.ts';

/** The colours of one picture on the page. */
export interface PictureColours {
  /** Of all the values of a column that the picture shows from now on: indexes into the palette's series, in their order. */
  placesOf(column: string, values: readonly Cell[]): number[];
  /** The picture is on the page until the returned function is called; before that, it counts as if it were. */
  stay(): () => void;
}

export interface ColourBook {
  open(): PictureColours;
}

/** Column → value as JSON → place in the palette of series. */
export type ChosenColours = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What `settings.valueColours` of these widgets chose, as far as it can be understood; where two differ, the first one holds. */
export function chosenColours(widgets: readonly Settings[]): ChosenColours {
  const chosen: Record<string, Record<string, number>> = {};
  for (const { valueColours } of widgets) {
    for (const [column, values] of entriesOf(valueColours)) {
      for (const [value, place] of entriesOf(values)) {
        if (typeof place !== 'number' || !(place in LIGHT.series)) continue;
        chosen[column] ??= {};
        chosen[column][value] ??= place;
      }
    }
  }
  return chosen;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** What a picture shows: column → values. */
type Shown = Map<string, ReadonlySet<Cell>>;

/** Values that are not on the page and whose colours are still known, of one column. */
const MOST_REMEMBERED = 200;

/** A book for one dashboard, or one widget that stands alone. */
export function createColourBook(chosen: ChosenColours = {}): ColourBook {
  const pictures = new Set<Shown>();
  /** Column → value → its place, the last used last. */
  const columns = new Map<string, Map<Cell, number>>();
  /** A value as text → its place in whichever column had it last: of another column it is the same thing. */
  const anywhere = new Map<string, number>();

  const visibleIn = (column: string, besides?: Shown): Set<Cell> => {
    const visible = new Set<Cell>();
    for (const picture of pictures) {
      if (picture === besides) continue;
      for (const value of picture.get(column) ?? []) visible.add(value);
    }
    return visible;
  };

  const placesOf = (picture: Shown, column: string, values: readonly Cell[]): number[] => {
    const own = Object.hasOwn(chosen, column) ? (chosen[column] ?? {}) : {};
    const chosenOf = (value: Cell): number | undefined => own[JSON.stringify(value)];
    const given = columns.get(column) ?? new Map<Cell, number>();
    columns.set(column, given);
    const before = picture.get(column) ?? new Set<Cell>();
    const others = visibleIn(column, picture);
    const free = [...new Set(values)].filter((value) => chosenOf(value) === undefined);
    const newcomers = free.filter((value) => !given.has(value) || !(before.has(value) || others.has(value)));
    const isNew = new Set(newcomers);
    const kept = [...others].filter((value) => given.has(value) && chosenOf(value) === undefined);
    const staying = free.filter((value) => !isNew.has(value));
    const places = placesFor(
      newcomers,
      (value) => given.get(value) ?? anywhere.get(String(value)),
      new Set([...kept, ...staying].map((value) => given.get(value)!)),
      new Set(Object.values(own)),
      staying.map((value) => given.get(value)!),
    );
    for (const value of free) {
      const place = places.get(value) ?? given.get(value)!;
      given.delete(value);
      given.set(value, place);
      anywhere.delete(String(value));
      anywhere.set(String(value), place);
    }
    picture.set(column, new Set(values));
    forget(given, visibleIn(column));
    forget(anywhere, new Set());
    return values.map((value) => chosenOf(value) ?? given.get(value)!);
  };

  return {
    open() {
      const picture: Shown = new Map();
      pictures.add(picture);
      return {
        placesOf: (column, values) => placesOf(picture, column, values),
        stay() {
          pictures.add(picture);
          return () => void pictures.delete(picture);
        },
      };
    },
  };
}

/**
 * Places of values that come onto the page, the same in whatever order they come: the one each had before, else the one that its text stands for,
 * else the first that is free. `taken` are of others, `reserved` were chosen; where none is free, one that the picture itself (`inPicture`) has least.
 */
function placesFor(
  values: readonly Cell[],
  rememberedOf: (value: Cell) => number | undefined,
  taken: Set<number>,
  reserved: ReadonlySet<number>,
  inPicture: number[],
): Map<Cell, number> {
  const all = LIGHT.series.map((_, place) => place);
  const open = all.filter((place) => !reserved.has(place));
  const usable = open.length === 0 ? all : open;
  const found = new Map<Cell, number>();
  const ordered = [...values].sort(byText);
  const take = (value: Cell, place: number | undefined) => {
    if (place === undefined || found.has(value) || taken.has(place) || !usable.includes(place)) return;
    found.set(value, place);
    taken.add(place);
    inPicture.push(place);
  };
  for (const value of ordered) take(value, rememberedOf(value));
  // The last one is a grey, near to that of "others": only where all else is taken.
  const own = usable.length > 1 ? usable.filter((place) => place !== LIGHT.series.length - 1) : usable;
  for (const value of ordered) take(value, own[hashOf(String(value)) % own.length]);
  for (const value of ordered)
    take(
      value,
      usable.find((place) => !taken.has(place)),
    );
  for (const value of ordered) {
    if (found.has(value)) continue;
    const counts = usable.map((place) => inPicture.filter((each) => each === place).length);
    const place = usable[counts.indexOf(Math.min(...counts))]!;
    found.set(value, place);
    inPicture.push(place);
  }
  return found;
}

function byText(a: Cell, b: Cell): number {
  const [left, right] = [`${String(a)} ${typeof a}`, `${String(b)} ${typeof b}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Of a text, the same everywhere (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // Texts that differ in their last letter only are spread as well.
  return (hash ^ (hash >>> 15)) >>> 0;
}

function forget<Key>(known: Map<Key, unknown>, kept: ReadonlySet<Key>): void {
  for (const key of known.keys()) {
    if (known.size <= MOST_REMEMBERED) return;
    if (!kept.has(key)) known.delete(key);
  }
}
