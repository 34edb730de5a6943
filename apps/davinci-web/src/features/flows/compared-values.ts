/** Decides how the values of source and sink are written beside each other so that what differs is seen: at the end of a long text, in a blank, between NULL and an empty text. Pure. */
import type { TableVerification } from '@rtdp/wormhole/client';

type Difference = NonNullable<TableVerification['comparison']>['differences'][number];

export type ComparedValue =
  | { is: 'no row' }
  | { is: 'null' }
  | { is: 'empty' }
  /** `whole` where `cut` is only a part of it. */
  | { is: 'text'; cut: string; whole: string | undefined };

export interface ComparedLine {
  id: string;
  /** `id = 7` */
  key: string;
  /** Undefined for a whole row. */
  column: string | undefined;
  source: ComparedValue;
  sink: ComparedValue;
}

/** Characters of a long text. */
const MOST_SHOWN = 48;
/** Characters before the first one that differs. */
const LEAD = 16;

/** One line for each column that differs; one for a row that is only on one side. */
export function comparedLines(differences: readonly Difference[]): ComparedLine[] {
  return differences.flatMap(({ key, kind, columns }): ComparedLine[] => {
    const name = keyText(key);
    if (kind === 'different') {
      return columns.map(({ column, source, sink }) => ({
        id: `${name} ${column}`,
        key: name,
        column,
        ...comparedValues(source, sink),
      }));
    }
    const isMissing = kind === 'missing';
    const row = columns.map(({ column, source, sink }) => `${column} = ${(isMissing ? source : sink) ?? 'NULL'}`);
    const shown = cutText(row.join(', '), 0);
    const absent: ComparedValue = { is: 'no row' };
    return [
      { id: name, key: name, column: undefined, source: isMissing ? shown : absent, sink: isMissing ? absent : shown },
    ];
  });
}

export function keyText(key: Readonly<Record<string, string>>): string {
  return Object.entries(key)
    .map(([column, value]) => `${column} = ${quoted(value) ? JSON.stringify(value) : value}`)
    .join(', ');
}

export function comparedValues(
  source: string | null,
  sink: string | null,
): { source: ComparedValue; sink: ComparedValue } {
  const isQuoted = [source, sink].some((text) => text !== null && text !== '' && quoted(text));
  const [ofSource, ofSink] = [source, sink].map((text) => (text && isQuoted ? JSON.stringify(text) : text));
  let same = 0;
  while (same < Math.min(ofSource?.length ?? 0, ofSink?.length ?? 0) && ofSource![same] === ofSink![same]) same++;
  const start = same < MOST_SHOWN - LEAD ? 0 : same - LEAD;
  return { source: comparedValue(ofSource ?? null, start), sink: comparedValue(ofSink ?? null, start) };
}

/** A blank at an end, and what is no letter at all, is only seen in quotes. */
function quoted(text: string): boolean {
  return /^\s|\s$|\p{Cc}/u.test(text);
}

function comparedValue(text: string | null, start: number): ComparedValue {
  if (text === null) return { is: 'null' };
  return text === '' ? { is: 'empty' } : cutText(text, start);
}

function cutText(text: string, start: number): ComparedValue {
  if (text.length <= MOST_SHOWN) return { is: 'text', cut: text, whole: undefined };
  const part = text.slice(start, start + MOST_SHOWN);
  // Half of a character is none.
  const whole = part.replaceAll(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  const cut = `${start > 0 ? '…' : ''}${whole}${start + MOST_SHOWN < text.length ? '…' : ''}`;
  return { is: 'text', cut, whole: text };
}
