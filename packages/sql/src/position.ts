/** Turns offsets of the parser into lines and columns a person can find. */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters (UTF-16 units, as editors count). */
  readonly column: number;
}

/** The place of a character index (from 0) in a text. */
export function positionOfIndex(text: string, index: number): Position {
  const before = text.slice(0, Math.max(0, Math.min(index, text.length)));
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: before.length - lastBreak };
}

/** The place of a byte offset (from 0, UTF-8), which is what nodes of the syntax tree carry. Unknown offsets give the start. */
export function positionOfByte(text: string, byteOffset: number | undefined): Position {
  if (byteOffset === undefined || byteOffset < 0) return { line: 1, column: 1 };
  const bytes = Buffer.from(text, 'utf8');
  return positionOfIndex(text, bytes.subarray(0, byteOffset).toString('utf8').length);
}
