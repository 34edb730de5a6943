/** Proves that the format of a number is read as it is written, in both languages, while it is typed too. */
import { expect, test } from 'vitest';
import en from '../../locales/en/views.json' with { type: 'json' };
import zh from '../../locales/zh/views.json' with { type: 'json' };
import { FORMATS, readFormat, type SayFormat, writeFormat } from './format-words.ts';

const sayIn =
  (words: Readonly<Record<string, string>>): SayFormat =>
  (key, { name = '' } = {}) =>
    words[key]?.replace('{{name}}', name) ?? `no word for ${key}`;

test.each([
  ['en', sayIn(en.model.formats), 'Currency, EUR'],
  ['zh', sayIn(zh.model.formats), '货币，EUR'],
])('formats are words, and each is read back: %s', (_, say, euro) => {
  expect(writeFormat('currency:EUR', say)).toBe(euro);
  const formats = [...FORMATS, 'currency:GBP', 'unit:kg', 'unit:rows/s', '#,##0.0', 'percent%'];
  const written = formats.map((format) => writeFormat(format, say));
  expect(written.filter((text) => /currency:|unit:|no word/.test(text))).toEqual([]);
  expect(new Set(written).size).toBe(formats.length);
  expect(written.map((text) => readFormat(text, say))).toEqual(formats);
});

test('a code alone is a currency, and what is typed is not taken away', () => {
  const say = sayIn(en.model.formats);
  expect(readFormat('GBP', say)).toBe('currency:GBP');
  expect(readFormat('currency:EUR', say)).toBe('currency:EUR');
  expect(readFormat('unit:kg', say)).toBe('unit:kg');
  const typed = (text: string) => writeFormat(readFormat(text, say), say);
  // Letter by letter there and back again, the field shows what was typed.
  for (const whole of ['Currency, GBP', 'Unit, kg'])
    for (let length = 1; length <= whole.length; length++)
      expect(typed(whole.slice(0, length))).toBe(whole.slice(0, length));
});
