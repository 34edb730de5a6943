/** Decides how the fuzzer spoils a message: as a stranger's writer would, as a broken disk would, and as a careless programmer would. */
import type { Random } from './random-message.ts';
import { UMS_TYPES } from './types.ts';

const TOKENS = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1e2',
  '-1',
  '01',
  '1.',
  '.5',
  '2147483648',
  '9223372036854775808',
  '1e400',
  '12345678901234567890',
  '""',
  '"_NULL_"',
  '"NaN"',
  '"42"',
  '"-0"',
  '"4.20"',
  '"true"',
  '"2026-13-01"',
  '"2026-01-31 10:00:00"',
  '"\\ud83d\\ude42"',
  '"\\ud800"',
  '"\\u0041"',
  '"\\x"',
  '"d"',
  '"x"',
  '[]',
  '{}',
  '[1]',
  '[4,4]',
  '[99]',
  '{"tuple":[]}',
  '"AA="',
  '"{\\"a\\":}"',
  '"\\u007b}"',
  'nul',
  '"a',
]; // prettier-ignore

const MEMBERS = [
  '"unchanged":[5]',
  '"unknown":[4]',
  '"unchanged":null',
  '"tuple":[]',
  '"other":{"deep":[{"a":"\\""}]}',
  '"tup\\u006ce":[]',
  '"payload":[]',
  '"context":{}',
  '"context":5',
  '"schema":{}',
  '"protocol":null',
  '"batchId":-1',
  '"nullable":3',
  '"key":true',
]; // prettier-ignore

type Mutation = (text: string, random: Random) => string;

/** Those that mostly leave JSON behind come more often: what is no JSON is refused early, and tells little. */
const MUTATIONS: readonly Mutation[] = [
  flipByte,
  truncate,
  deleteSome,
  repeatSome,
  ...Array<Mutation>(6).fill(replaceValue),
  ...Array<Mutation>(2).fill(changeType),
  ...Array<Mutation>(2).fill(addMember),
  ...Array<Mutation>(2).fill(addSpace),
  ...Array<Mutation>(2).fill(escapeLetter),
  ...Array<Mutation>(2).fill(quoteOrUnquote),
  swapMembers,
  changeWord,
];

/** One to three mutations of a message. The result may still be valid. */
export function mutate(message: Buffer, random: Random): Buffer {
  // As latin1 every byte is a character, so that mutations also break UTF-8.
  let text = message.toString('latin1');
  for (let count = random.chance(0.6) ? 1 : 2 + random.below(2); count > 0; count--)
    text = random.pick(MUTATIONS)(text, random);
  return Buffer.from(text, 'latin1');
}

function flipByte(text: string, random: Random): string {
  const at = random.below(text.length);
  const byte = random.chance(0.5) ? text.charCodeAt(at) ^ (1 << random.below(8)) : random.below(256);
  return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
}

function truncate(text: string, random: Random): string {
  return text.slice(0, random.below(text.length));
}

function deleteSome(text: string, random: Random): string {
  const at = random.below(text.length);
  return text.slice(0, at) + text.slice(at + 1 + random.below(6));
}

function repeatSome(text: string, random: Random): string {
  const at = random.below(text.length);
  const end = at + 1 + random.below(12);
  return text.slice(0, end) + text.slice(at);
}

function replaceValue(text: string, random: Random): string {
  const values = [...text.matchAll(/(?<=[[,:])(?:"(?:[^"\\]|\\.)*"|[^"[\]{},:]+)(?=[\],}])/g)];
  if (values.length === 0) return text;
  const value = random.pick(values);
  return splice(text, value.index, value[0].length, random.pick(TOKENS));
}

function changeType(text: string, random: Random): string {
  const types = [...text.matchAll(/(?<="type":")[a-z]+(?=")/g)];
  if (types.length === 0) return text;
  const type = random.pick(types);
  return splice(text, type.index, type[0].length, random.pick([...UMS_TYPES, 'text', '']));
}

function addMember(text: string, random: Random): string {
  const places = [...text.matchAll(/[{}]/g)];
  if (places.length === 0) return text;
  const place = random.pick(places);
  const member = random.pick(MEMBERS);
  return place[0] === '{' ? splice(text, place.index + 1, 0, `${member},`) : splice(text, place.index, 0, `,${member}`);
}

function addSpace(text: string, random: Random): string {
  const places = [...text.matchAll(/[[\]{},:]/g)];
  if (places.length === 0) return text;
  let result = text;
  // From the end, so that the places found stay where they are.
  for (const place of places.reverse()) {
    if (random.chance(0.3))
      result = splice(result, place.index + 1, 0, random.pick([' ', '\n', '\t', '\r', '  ', '\v']));
  }
  return result;
}

function escapeLetter(text: string, random: Random): string {
  const letters = [...text.matchAll(/(?<!\\)[a-z_](?=[^"]*")/g)];
  if (letters.length === 0) return text;
  const letter = random.pick(letters);
  return splice(text, letter.index, 1, `\\u${letter[0].charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Turns the order of two neighbours in an object or a list. */
function swapMembers(text: string, random: Random): string {
  const commas = [...text.matchAll(/,/g)];
  if (commas.length === 0) return text;
  const comma = random.pick(commas).index;
  const before = Math.max(text.lastIndexOf(',', comma - 1), text.lastIndexOf('{', comma), text.lastIndexOf('[', comma));
  const after = text.slice(comma + 1).search(/[,}\]]/);
  if (after < 0) return text;
  const end = comma + 1 + after;
  return `${text.slice(0, before + 1)}${text.slice(comma + 1, end)},${text.slice(before + 1, comma)}${text.slice(end)}`;
}

function quoteOrUnquote(text: string, random: Random): string {
  const scalars = [...text.matchAll(/(?<=[[,])"?-?[0-9.]+"?(?=[\],])/g)];
  if (scalars.length === 0) return text;
  const scalar = random.pick(scalars);
  const plain = scalar[0].replaceAll('"', '');
  return splice(text, scalar.index, scalar[0].length, scalar[0].startsWith('"') ? plain : `"${plain}"`);
}

/** Words that decide much: kinds, versions, names of members and of system fields. */
function changeWord(text: string, random: Random): string {
  const [from, to] = random.pick([
    ['1.3', random.pick(['1.2', '1.4', '1.5', '2'])],
    [
      'data_increment_data',
      random.pick(['data_unheard_of', 'data_increment_heartbeat', 'feedback_x', 'data_initial_data']),
    ],
    ['ums_id_', 'ums_uid_'],
    ['ums_op_', 'operation'],
    ['ums_uid_', 'unique'],
    ['.orders.', random.pick(['.Orders.', '.ord%65rs.', '..', '.*.', '.%zz.'])],
    ['"unchanged"', '"unknown"'],
    ['"payload"', '"rows"'],
    ['"sourceType"', '"source"'],
  ] as const);
  return text.replace(from, to);
}

function splice(text: string, at: number, length: number, insertion: string): string {
  return text.slice(0, at) + insertion + text.slice(at + length);
}
