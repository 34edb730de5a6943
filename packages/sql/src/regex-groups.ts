/** Decides whether what the groups of a regular expression hold is the same for every engine: nothing in it could match in two ways from one place. */

/** Characters that an atom takes: of ASCII one by one, of all others together. */
interface CharacterSet {
  readonly ascii: ReadonlySet<number>;
  readonly others: boolean;
}

interface Atom {
  readonly takes: CharacterSet;
  readonly least: number;
  readonly most: number;
}

const ALL_ASCII = Array.from({ length: 128 }, (_, code) => code);

/**
 * How many groups the pattern has, where an atom that may take more or fewer characters takes none that what follows could begin with. Then one
 * match begins at a place at most, up to the end of it, which all engines make as long as they can. Null where that is not so. `pattern` is of the
 * common subset of `checkRegex`.
 */
export function determinedGroups(pattern: string): number | null {
  const atoms: Atom[] = [];
  let groups = 0;
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at]!;
    if (character === '|') return null;
    if (character === '(') {
      const isPlain = pattern[at + 1] === '?';
      if (!isPlain) groups += 1;
      at += isPlain ? 3 : 1;
      continue;
    }
    if (character === ')') {
      at += 1;
      if (/^[*+?{]/.test(pattern.slice(at))) return null;
      continue;
    }
    if ((character === '^' && at === 0) || (character === '$' && at === pattern.length - 1)) {
      at += 1;
      continue;
    }
    const { takes, end } = readAtom(pattern, at);
    const { least, most, length } = readQuantifier(pattern.slice(end));
    atoms.push({ takes, least, most });
    at = end + length;
  }
  return atoms.every((atom, index) => atom.least === atom.most || isApart(atom, atoms.slice(index + 1)))
    ? groups
    : null;
}

function isApart({ takes }: Atom, following: readonly Atom[]): boolean {
  for (const next of following) {
    if (takes.others && next.takes.others) return false;
    if ([...takes.ascii].some((code) => next.takes.ascii.has(code))) return false;
    if (next.least > 0) return true;
  }
  return true;
}

function readAtom(pattern: string, at: number): { takes: CharacterSet; end: number } {
  const character = pattern[at]!;
  if (character === '.') return { takes: { ascii: new Set(ALL_ASCII), others: true }, end: at + 1 };
  if (character === '[') {
    const end = pattern.indexOf(']', at + 1);
    return { takes: readClass(pattern.slice(at + 1, end)), end: end + 1 };
  }
  if (character === '\\') return { takes: one(pattern.codePointAt(at + 1)!), end: at + 2 };
  const code = pattern.codePointAt(at)!;
  return { takes: one(code), end: at + String.fromCodePoint(code).length };
}

function one(code: number): CharacterSet {
  return code < 128 ? { ascii: new Set([code]), others: false } : { ascii: new Set(), others: true };
}

/** Of ASCII only, as the subset has it. */
function readClass(written: string): CharacterSet {
  const isNegated = written.startsWith('^');
  const body = isNegated ? written.slice(1) : written;
  const ascii = new Set<number>();
  for (let at = 0; at < body.length; at += 1) {
    const [from, to] = [
      body.charCodeAt(at),
      body[at + 1] === '-' && at + 2 < body.length ? body.charCodeAt(at + 2) : -1,
    ];
    for (let code = from; code <= Math.max(from, to); code += 1) ascii.add(code);
    if (to >= 0) at += 2;
  }
  return isNegated
    ? { ascii: new Set(ALL_ASCII.filter((code) => !ascii.has(code))), others: true }
    : { ascii, others: false };
}

function readQuantifier(rest: string): { least: number; most: number; length: number } {
  switch (rest[0]) {
    case '*':
      return { least: 0, most: Number.POSITIVE_INFINITY, length: 1 };
    case '+':
      return { least: 1, most: Number.POSITIVE_INFINITY, length: 1 };
    case '?':
      return { least: 0, most: 1, length: 1 };
    case '{': {
      const [written, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(rest)!;
      const greatest = comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most);
      return { least: Number(least), most: greatest, length: written.length };
    }
    default:
      return { least: 1, most: 1, length: 0 };
  }
}
