/** Decides how a numeric goes between its text and Postgres' binary form: groups of four decimal digits. */

const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const NOT_A_NUMBER = 0xc000;
const INFINITE = 0xd000;
const MINUS_INFINITE = 0xf000;

const FORM = /^([+-])?(\d*)(?:\.(\d*))?$/;

/** @returns undefined for a text that is no numeric as Postgres prints one */
export function numericToBinary(text: string): Buffer | undefined {
  if (text === 'NaN') return head([], 0, NOT_A_NUMBER, 0);
  if (text === 'Infinity') return head([], 0, INFINITE, 0);
  if (text === '-Infinity') return head([], 0, MINUS_INFINITE, 0);
  const match = FORM.exec(text);
  const whole = (match?.[2] ?? '').replace(/^0+/, '');
  const part = match?.[3] ?? '';
  if (match === null || (match[2] === '' && part === '')) return undefined;
  const padded =
    whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + part.padEnd(Math.ceil(part.length / 4) * 4, '0');
  const groups = Array.from({ length: padded.length / 4 }, (_, index) =>
    Number(padded.slice(index * 4, index * 4 + 4)),
  );
  let weight = Math.ceil(whole.length / 4) - 1;
  while (groups.length > 0 && groups[0] === 0) {
    groups.shift();
    weight -= 1;
  }
  while (groups.length > 0 && groups.at(-1) === 0) groups.pop();
  if (groups.length === 0) return head([], 0, POSITIVE, part.length);
  return head(groups, weight, match[1] === '-' ? NEGATIVE : POSITIVE, part.length);
}

function head(groups: readonly number[], weight: number, sign: number, scale: number): Buffer {
  const bytes = Buffer.allocUnsafe(8 + groups.length * 2);
  bytes.writeInt16BE(groups.length, 0);
  bytes.writeInt16BE(weight, 2);
  bytes.writeUInt16BE(sign, 4);
  bytes.writeInt16BE(scale, 6);
  for (const [index, group] of groups.entries()) bytes.writeInt16BE(group, 8 + index * 2);
  return bytes;
}

/** @returns undefined for bytes that are no numeric */
export function binaryToNumeric(bytes: Buffer): string | undefined {
  if (bytes.length < 8) return undefined;
  const count = bytes.readInt16BE(0);
  const weight = bytes.readInt16BE(2);
  const sign = bytes.readUInt16BE(4);
  const scale = bytes.readInt16BE(6);
  if (sign === NOT_A_NUMBER) return 'NaN';
  if (sign === INFINITE) return 'Infinity';
  if (sign === MINUS_INFINITE) return '-Infinity';
  if (count < 0 || scale < 0 || bytes.length !== 8 + count * 2 || (sign !== POSITIVE && sign !== NEGATIVE))
    return undefined;
  const group = (index: number): string =>
    index < 0 || index >= count ? '0000' : String(bytes.readInt16BE(8 + index * 2)).padStart(4, '0');
  let whole = '';
  for (let index = 0; index <= weight; index += 1) whole += group(index);
  let part = '';
  for (let index = weight + 1; part.length < scale; index += 1) part += group(index);
  const shown = `${whole.replace(/^0+(?=\d)/, '') || '0'}${scale > 0 ? `.${part.slice(0, scale)}` : ''}`;
  return sign === NEGATIVE ? `-${shown}` : shown;
}
