/** Decides whether a regular expression means the same to Postgres and to the engine (RE2): a common subset, everything else is refused. */

export type RegexVerdict =
  | {
      ok: true /** Every match takes at least one character and has one possible extent, so replacing is the same too. */;
      oneExtent: boolean;
    }
  | { ok: false; why: string };

const no = (why: string): RegexVerdict => ({ ok: false, why });

/**
 * The subset: literal characters, `\` before punctuation, `.`, classes of ASCII characters and ranges, groups, `|`, one quantifier per atom,
 * `^` at the start and `$` at the end. Not in it: `\d` `\w` `\s` `\y` (they depend on the locale), look-around, back references, `[[:…:]]`.
 */
export function checkRegex(pattern: string): RegexVerdict {
  if (pattern === '^$') return { ok: true, oneExtent: false };
  let atoms = 0;
  let optional = 0;
  let depth = 0;
  let quantifiers = 0;
  let plain = true;
  let atomBefore = false;
  let quantified = false;
  let alternativeEmpty = true;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    const atom = (): void => {
      atomBefore = true;
      atoms += 1;
      quantified = false;
      alternativeEmpty = false;
    };
    switch (character) {
      case '\\': {
        const next = pattern[at + 1];
        if (next === undefined) return no('it ends in a backslash');
        if (!/[.^$*+?()[\]{}|\\/-]/.test(next))
          return no(`\\${next} depends on the locale or is not the same everywhere`);
        at += 1;
        atom();
        break;
      }
      case '^':
        if (at !== 0) return no('^ is not at the start');
        break;
      case '$':
        if (at !== pattern.length - 1) return no('$ is not at the end');
        break;
      case '(':
        if (pattern[at + 1] === '?' && pattern[at + 2] !== ':') return no('(?…) is not the same everywhere');
        if (pattern[at + 1] === '?') at += 2;
        depth += 1;
        plain = false;
        atomBefore = false;
        alternativeEmpty = true;
        break;
      case ')':
        depth -= 1;
        if (depth < 0) return no('a parenthesis is not opened');
        if (alternativeEmpty) return no('a group or an alternative is empty');
        atom();
        break;
      case '|':
        if (alternativeEmpty) return no('a group or an alternative is empty');
        plain = false;
        atomBefore = false;
        alternativeEmpty = true;
        break;
      case '[': {
        const end = classEnd(pattern, at);
        if (typeof end === 'string') return no(end);
        at = end;
        atom();
        break;
      }
      case '*':
      case '+':
      case '?':
      case '{': {
        const start = at;
        if (!atomBefore) return no(`${character} follows nothing`);
        if (quantified) return no('one quantifier follows another');
        if (character === '{') {
          const bounds = /^\{(\d{1,3})(?:,(\d{0,3}))?\}/.exec(pattern.slice(at));
          if (bounds === null) return no('{ does not begin a quantifier');
          if (Number(bounds[1]) > 255 || Number(bounds[2] ?? 0) > 255) return no('a quantifier is above 255');
          at += bounds[0].length - 1;
        }
        if (character === '*' || character === '?' || /^\{0/.test(pattern.slice(start, start + 2))) optional += 1;
        quantified = true;
        quantifiers += 1;
        break;
      }
      case ']':
      case '}':
        return no(`${character} stands alone`);
      default:
        if (character.codePointAt(0)! < 32) return no('it holds a control character');
        atom();
    }
  }
  if (depth !== 0) return no('a parenthesis is not closed');
  if (alternativeEmpty) return no('it, or an alternative of it, is empty');
  return { ok: true, oneExtent: plain && quantifiers <= 1 && atoms > optional };
}

/** Index of the `]` that ends a class, or why the class is refused. */
function classEnd(pattern: string, start: number): number | string {
  let at = start + 1;
  if (pattern[at] === '^') at += 1;
  const first = at;
  for (; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    if (character === ']') return at === first ? 'a class is empty' : at;
    if (character === '[') return 'a class holds [';
    if (character === '\\') return 'a class holds a backslash';
    if (character.codePointAt(0)! > 126 || character.codePointAt(0)! < 32) return 'a class holds more than ASCII';
    if (character === '-' && at !== first && pattern[at + 1] !== ']') {
      const [from, to] = [pattern[at - 1]!, pattern[at + 1] ?? ''];
      if (!/^(?:[a-z][a-z]|[A-Z][A-Z]|[0-9][0-9])$/.test(from + to) || from > to)
        return `the range ${from}-${to} is not plain`;
    }
  }
  return 'a class is not closed';
}
