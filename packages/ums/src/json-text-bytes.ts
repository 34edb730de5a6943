/**
 * Decides whether a JSON string holds JSON, while it is unescaped into a text column: one pass, and one step of an automaton per byte.
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

/** Added to a state behind the backslash of the outer string: the state it was in, and a letter that stands for another byte. */
const AFTER_BACKSLASH = 64;

/** What a byte does beside changing the state: stands in the table in place of the next state. */
const FIRST_ACTION = 128;
const OPEN_OBJECT = 128;
const OPEN_LIST = 129;
const CLOSE_OBJECT = 130;
const CLOSE_LIST = 131;
const COMMA = 132;
/** The outer string ends. */
const END = 133;
/** \\uXXXX in the outer string. */
const LONG_ESCAPE = 134;
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
/** Where JSON may end. */
const ENDS: ReadonlySet<number> = new Set(
  (['after', 'zero', 'whole', 'fraction', 'exponentDigits'] as const).map((name) => STATE[name]),
);
const TRANSITIONS = withinString(buildTransitions());
/** The byte itself; behind a backslash (from 256 on), what it stands for. */
const PLAIN_BYTES = Uint8Array.from({ length: 512 }, (_, index) => (index < 256 ? index : UNESCAPED[index - 256]!));

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
    if (state === STRING || state === IN_NAME) {
      // Within a string nothing can change before a backslash: no look-up that waits for the one before.
      while (byte >= 0x20 && byte !== BACKSLASH && byte !== QUOTE && length < limit) {
        to[length++] = byte;
        byte = from[at++]!;
      }
    }
    const next = TRANSITIONS[(state << 8) | byte]!;
    // Escapes stand close together and come as they like: no branch for them, only a byte that is written over again.
    to[length] = PLAIN_BYTES[((state & AFTER_BACKSLASH) << 2) | byte]!;
    if (next < FIRST_ACTION) {
      length += (next >> 6) ^ 1;
      state = next;
      continue;
    }
    switch (next) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        if (++depth > GREATEST_DEPTH) return -1;
        objects = (objects << 1) | (next === OPEN_OBJECT ? 1 : 0);
        state = next === OPEN_OBJECT ? FIRST_NAME : FIRST_ITEM;
        length++;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (depth-- === 0 || (objects & 1) !== (next === CLOSE_OBJECT ? 1 : 0)) return -1;
        objects >>= 1;
        state = AFTER;
        length++;
        break;
      case COMMA:
        if (depth === 0) return -1;
        state = (objects & 1) === 1 ? NAME : VALUE;
        length++;
        break;
      case END:
        if (depth !== 0) return -1;
        column.length = length;
        return at;
      case LONG_ESCAPE: {
        const code = codePointAt(from, at - 1);
        // ASCII would go through the automaton; nobody writes it so, and the plain reader takes it.
        if (code < 0x80) return -1;
        state ^= AFTER_BACKSLASH;
        if (state !== STRING && state !== IN_NAME) return -1;
        at += code > 0xffff ? 10 : 4;
        length = writeCodePoint(to, length, code);
        break;
      }
      default:
        return -1;
    }
  }
}

/** The automaton of JSON becomes one of JSON within a JSON string. */
function withinString(json: Uint8Array): Uint8Array {
  const table = new Uint8Array(2 * AFTER_BACKSLASH * 256).fill(REFUSE);
  for (let state = 0; state < STATES.length; state++) {
    const plain = state * 256;
    const escaped = (state | AFTER_BACKSLASH) * 256;
    for (let byte = 0x20; byte < 256; byte++) table[plain + byte] = json[plain + byte]!;
    table[plain + QUOTE] = ENDS.has(state) ? END : REFUSE;
    table[plain + BACKSLASH] = state | AFTER_BACKSLASH;
    for (let letter = 0; letter < 256; letter++) {
      if (UNESCAPED[letter] !== 0) table[escaped + letter] = json[plain + UNESCAPED[letter]!]!;
    }
    table[escaped + 0x75] = LONG_ESCAPE;
  }
  return table;
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
