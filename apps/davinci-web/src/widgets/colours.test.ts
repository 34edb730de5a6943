/** Proves that a value keeps its colour while it is on the page, whatever came first, and shares it with no other while the palette suffices. */
import { expect, test } from 'vitest';
import { LIGHT } from '../shell/tokens.ts';
import { toOption as barOption } from './bar/to-option.ts';
import { chosenColours, createColourBook } from './colours.ts';
import type { Cell } from './contract.ts';
import { toOption as pieOption } from './pie/to-option.ts';
import { amount, column, context, type Drawn, data, widget } from './testing/widget-fixture.ts';

const MOST = LIGHT.series.length;

/** Numbers from 0 to `below`, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('colours go by what the values are, and not by the order in which they come', () => {
  const values = ['paid', 'open', 'lost', 'sent', 'back', null, 5, true, '', 'new'];
  const placed = (order: Cell[]) => {
    const places = createColourBook().open().placesOf('status', order);
    return new Map(order.map((value, at) => [value, places[at]]));
  };
  const first = placed(values);
  const draw = numbers(7);
  for (let round = 0; round < 20; round++) {
    const shuffled = [...values].sort(() => draw(2) - 0.5);
    expect([...placed(shuffled)].sort()).toEqual([...first].sort());
  }
  expect(new Set(first.values()).size).toBe(MOST);
});

test('through any number of refreshes a value that stays keeps its colour, and as long as there are enough none is shared', () => {
  const draw = numbers(11);
  const book = createColourBook();
  const pictures = [book.open(), book.open(), book.open()];
  const all = Array.from({ length: 24 }, (_, index) => `value ${index}`);
  // Of the first picture never more than four, and of all never more than ten: there are always enough.
  const shown: string[][] = [[], [], []];
  const placeOf = new Map<string, number>();
  for (let round = 0; round < 400; round++) {
    const which = draw(pictures.length);
    const visible = new Set(shown.filter((_, index) => index !== which).flat());
    const next = new Set<string>();
    while (next.size < 1 + draw(4)) next.add(all[draw(all.length)]!);
    if (new Set([...visible, ...next]).size > MOST) continue;
    const before = new Set([...visible, ...shown[which]!]);
    const values = [...next];
    const places = pictures[which]!.placesOf('product', values);
    values.forEach((value, at) => {
      if (before.has(value)) expect(places[at]).toBe(placeOf.get(value));
      placeOf.set(value, places[at]!);
    });
    shown[which] = values;
    const now = [...new Set(shown.flat())];
    expect(new Set(now.map((value) => placeOf.get(value))).size).toBe(now.length);
  }
});

test('a value that comes back has the colour it had, and what left the page makes room', () => {
  const book = createColourBook();
  const [one, other] = [book.open(), book.open()];
  const leave = other.stay();
  const ten = Array.from({ length: MOST }, (_, index) => `v${index}`);
  const before = other.placesOf('city', ten);
  // More than there are colours: one is shared, and not within this picture.
  const [first, second] = one.placesOf('city', ['w1', 'w2']);
  expect(first).not.toBe(second);
  leave();
  const [third] = one.placesOf('city', ['w3']);
  expect(third).toBeDefined();
  other.stay();
  expect(other.placesOf('city', ten.slice(0, 4)).filter((place, at) => place !== before[at]).length).toBeLessThan(2);
});

test('the same thing in a column of another name has the same colour where that is free', () => {
  const book = createColourBook();
  const countries = ['FR', 'DE', 'JP', 'US', 'CN', 'BR'];
  const places = book.open().placesOf('country', countries);
  expect(book.open().placesOf('shipped_to', [...countries].reverse())).toEqual([...places].reverse());
});

test('a chosen colour is that of its value in all widgets, the first choice holds, and no other value takes it', () => {
  const chosen = chosenColours([
    {},
    { valueColours: { status: { '"paid"': 0, '5': 7, '"gone"': 99 }, region: 'x' } },
    { valueColours: { status: { '"paid"': 3, null: 1 } } },
  ]);
  expect(chosen).toEqual({ status: { '"paid"': 0, '5': 7, null: 1 } });
  const picture = createColourBook(chosen).open();
  // A number and a text that look alike are two values.
  const places = picture.placesOf('status', ['paid', 5, null, 'open', '5']);
  expect(places.slice(0, 3)).toEqual([0, 7, 1]);
  expect(new Set(places).size).toBe(5);
  const others = picture.placesOf(
    'status',
    Array.from({ length: 12 }, (_, index) => `s${index}`),
  );
  expect(others.some((place) => [0, 1, 7].includes(place))).toBe(false);
  expect(new Set(others).size).toBe(MOST - 3);
  expect(picture.placesOf('toString', ['paid'])[0]).toBeLessThan(MOST);
  const all = Object.fromEntries(LIGHT.series.map((_, place) => [String(place), place]));
  expect(createColourBook({ status: all }).open().placesOf('status', ['one more'])[0]).toBeLessThan(MOST);
});

test('values keep their colours and their places in the stack, in whatever order the rows come and whatever draws them', () => {
  const book = createColourBook();
  const drawn = (kind: 'bar' | 'pie', order: string[]): Map<string, string> => {
    const own = { ...context, colours: book.open() };
    if (kind === 'pie') {
      const rows = order.map((each, index): Cell[] => [each, index + 1]);
      const option = pieOption(widget('pie', ['status']), data([column('status', 'text'), amount], rows), own);
      const [{ data: slices }] = option.series as [{ data: { name: string; itemStyle: { color: string } }[] }];
      return new Map(slices.map(({ name, itemStyle }) => [name, itemStyle.color]));
    }
    const columns = [column('day', 'text'), column('status', 'text'), amount];
    const rows = order.map((each): Cell[] => ['x', each, 1]);
    const series = barOption(widget('bar', ['day', 'status']), data(columns, rows), own).series as Drawn;
    return new Map(series.map(({ name, color }) => [name, color]));
  };
  const first = drawn('bar', ['paid', 'open', 'lost', 'sent', 'back']);
  const second = drawn('bar', ['back', 'lost', 'sent', 'open', 'paid']);
  expect(new Set(first.values()).size).toBe(5);
  expect([...second]).toEqual([...first]);
  expect([...first.keys()]).toEqual(['back', 'lost', 'open', 'paid', 'sent']);
  const slices = drawn('pie', ['sent', 'paid', 'back']);
  expect([...slices].every(([name, colour]) => colour === first.get(name))).toBe(true);
});
