/** Proves that series are seen on a card and told apart, by the colour-blind too, in both themes. */
import { expect, test } from 'vitest';
import { DARK, LIGHT } from './tokens.ts';

/** Light of red, green and blue, from 0 to 1. */
type Light = readonly [number, number, number];

function lightOf(colour: string): Light {
  const of = (at: number): number => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return [of(1), of(3), of(5)];
}

const times = (rows: readonly Light[], [a, b, c]: Light) =>
  rows.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Light;

/** What somebody sees who lacks one kind of cones: Machado, Oliveira and Fernandes 2009, at full severity. */
const SEEN_BY: Readonly<Record<string, readonly Light[]>> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'who lacks red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'who lacks green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'who lacks blue': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** As Oklab has it, in which equal distances look equal; the difference of black and white is 100. */
function difference(a: Light, b: Light): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return 100 * Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

function placeOf(light: Light): Light {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    light.map((each) => Math.min(1, Math.max(0, each))) as unknown as Light,
  ).map(Math.cbrt) as unknown as Light;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

function contrast(a: string, b: string): number {
  const [dark, bright] = [a, b]
    .map((colour) => {
      const [red, green, blue] = lightOf(colour);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((one, other) => one - other) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

/** Two areas side by side are told apart from a difference of 2 on. */
const LEAST = { everybody: 7.5, others: 2.5 };

test.each([
  ['light', LIGHT],
  ['dark', DARK],
])('every series is seen on a card and told from every other: %s', (_, { series, surface }) => {
  expect(series).toHaveLength(10);
  expect(series.filter((colour) => contrast(colour, surface) < 3)).toEqual([]);
  const alike = Object.entries(SEEN_BY).flatMap(([who, matrix]) => {
    const seen = series.map((colour) => times(matrix, lightOf(colour)));
    const least = who === 'everybody' ? LEAST.everybody : LEAST.others;
    return series.flatMap((colour, at) =>
      series.slice(at + 1).flatMap((other, after) => {
        const found = difference(seen[at]!, seen[at + 1 + after]!);
        return found < least ? [`${colour} and ${other}, to ${who}: ${found.toFixed(1)}`] : [];
      }),
    );
  });
  expect(alike).toEqual([]);
});
