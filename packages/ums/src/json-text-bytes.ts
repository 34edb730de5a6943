/**
 * Decides whether a JSON string holds JSON, while it is unescaped into a text column: one pass, one table look-up per byte.
 *
 * The table is the grammar of JSON as an automaton; only objects and lists inside each other need more than a state: one bit per level.
 */
import type { ColumnBuilder } from './column-builder.ts';
import type { MessageBytes } from './message-bytes.ts';
import { codePointAt, UNESCAPED, writeCodePoint } from './string-bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Levels that fit into the bits of a small integer; what is deeper is left to the plain reader. */
const GREATEST_DEPTH = 30;

const STATES = [
  'value', // a value must follow
  'after', // a value has ended
  'string',
  'stringEscape',
  'stringHex1',
  'stringHex2',
  'stringHex3',
  'stringHex4',
  'firstName',
  'name', // of an object: a name or its end; a name
  'inName',
  'nameEscape',
  'nameHex1',
  'nameHex2',
  'nameHex3',
  'nameHex4',
  'colon',
  'firstItem', // of a list: a value or its end
  'minus',
  'zero',
  'whole',
  'point',
  'fraction',
  'exponent',
  'exponentSign',
  'exponentDigits',
  't',
  'tr',
  'tru',
  'f',
  'fa',
  'fal',
  'fals',
  'n',
  'nu',
  'nul',
] as const; // prettier-ignore

/** What a byte does beside changing the state: stands in the table in place of the next state. */
const OPEN_OBJECT = 64;
const OPEN_LIST = 65;
const CLOSE_OBJECT = 66;
const CLOSE_LIST = 67;
const COMMA = 68;
const REFUSE = 255;

const STATE = Object.fromEntries(STATES.map((name, index) => [name, index])) as Record<(typeof STATES)[number], number>;
const {
  value: VALUE,
  after: AFTER,
  name: NAME,
  firstName: FIRST_NAME,
  firstItem: FIRST_ITEM,
  string: STRING,
  inName: IN_NAME,
} = STATE;
const TRANSITIONS = buildTransitions();
const MAY_END = new Uint8Array(256);
for (const name of ['after', 'zero', 'whole', 'fraction', 'exponentDigits'] as const) MAY_END[STATE[name]] = 1;

/**
 * Appends a string that must hold JSON to `column.bytes` and moves `column.length`; at least four bytes after it are free.
 * @param at after the opening quote
 * @returns the position after the closing quote, or −1 for what is no JSON, or deeper than 30 levels
 */
export function appendJsonText(source: MessageBytes, at: number, column: ColumnBuilder): number {
  const from = source.bytes;
  let to = column.bytes;
  let length = column.length;
  let limit = to.length - 8;
  let state = VALUE;
  let depth = 0;
  let objects = 0;
  for (;;) {
    if (length > limit) {
      to = column.growBytes(length, 64);
      limit = to.length - 8;
    }
    let byte = from[at++]!;
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      byte = UNESCAPED[from[at]!]!;
      at++;
      if (byte === 0) {
        const code = codePointAt(from, at - 1);
        if (code < 0) return -1;
        at += code > 0xffff ? 10 : 4;
        if (code >= 0x80) {
          if (state !== STRING && state !== IN_NAME) return -1;
          length = writeCodePoint(to, length, code);
          continue;
        }
        byte = code;
      }
    } else if (byte < 0x20) {
      return -1;
    }
    to[length++] = byte;
    const next = TRANSITIONS[(state << 8) | byte]!;
    if (next < OPEN_OBJECT) {
      state = next;
      continue;
    }
    switch (next) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (++depth > GREATEST_DEPTH) return -1;
        objects = (objects << 1) | (next === OPEN_OBJECT ? 1 : 0);
        state = next === OPEN_OBJECT ? FIRST_NAME : FIRST_ITEM;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (depth-- === 0 || (objects & 1) !== (next === CLOSE_OBJECT ? 1 : 0)) return -1;
        objects >>= 1;
        state = AFTER;
        break;
      case COMMA:
        if (depth === 0) return -1;
        state = (objects & 1) === 1 ? NAME : VALUE;
        break;
      default:
        return -1;
    }
  }
  if (depth !== 0 || MAY_END[state] !== 1) return -1;
  column.length = length;
  return at;
}

/** 256 entries per state. */
function buildTransitions(): Uint8Array {
  const table = new Uint8Array(STATES.length * 256).fill(REFUSE);
  const on = (from: keyof typeof STATE, characters: string, to: keyof typeof STATE | number) => {
    for (const character of characters) {
      table[STATE[from] * 256 + character.charCodeAt(0)] = typeof to === 'number' ? to : STATE[to];
    }
  };
  const space = ' \t\n\r';
  for (const from of ['value', 'firstItem'] as const) {
    on(from, space, from);
    on(from, '"', 'string');
    on(from, '{', OPEN_OBJECT);
    on(from, '[', OPEN_LIST);
    on(from, '-', 'minus');
    on(from, '0', 'zero');
    on(from, '123456789', 'whole');
    on(from, 't', 't');
    on(from, 'f', 'f');
    on(from, 'n', 'n');
  }
  on('firstItem', ']', CLOSE_LIST);
  for (const from of ['after', 'zero', 'whole', 'fraction', 'exponentDigits'] as const) {
    on(from, space, 'after');
    on(from, ',', COMMA);
    on(from, '}', CLOSE_OBJECT);
    on(from, ']', CLOSE_LIST);
  }
  for (const [inside, escaped, hex, after] of [
    ['string', 'stringEscape', 'stringHex', 'after'],
    ['inName', 'nameEscape', 'nameHex', 'colon'],
  ] as const) {
    table.fill(STATE[inside], STATE[inside] * 256 + 0x20, STATE[inside] * 256 + 256);
    on(inside, '"', after);
    on(inside, '\\', escaped);
    on(escaped, '"\\/bfnrt', inside);
    on(escaped, 'u', `${hex}1`);
    const digits = '0123456789abcdefABCDEF';
    on(`${hex}1`, digits, `${hex}2`);
    on(`${hex}2`, digits, `${hex}3`);
    on(`${hex}3`, digits, `${hex}4`);
    on(`${hex}4`, digits, inside);
  }
  for (const from of ['firstName', 'name'] as const) {
    on(from, space, from);
    on(from, '"', 'inName');
  }
  on('firstName', '}', CLOSE_OBJECT);
  on('colon', space, 'colon');
  on('colon', ':', 'value');
  on('minus', '0', 'zero');
  on('minus', '123456789', 'whole');
  on('whole', '0123456789', 'whole');
  for (const from of ['zero', 'whole'] as const) on(from, '.', 'point');
  for (const from of ['point', 'fraction'] as const) on(from, '0123456789', 'fraction');
  for (const from of ['zero', 'whole', 'fraction'] as const) on(from, 'eE', 'exponent');
  on('exponent', '+-', 'exponentSign');
  for (const from of ['exponent', 'exponentSign', 'exponentDigits'] as const) on(from, '0123456789', 'exponentDigits');
  for (const word of ['true', 'false', 'null']) {
    for (let length = 1; length < word.length; length++) {
      const from = word.slice(0, length) as keyof typeof STATE;
      const to = word.slice(0, length + 1);
      on(from, word[length]!, to.length === word.length ? 'after' : (to as keyof typeof STATE));
    }
  }
  return table;
}
