/**
 * Finds the imports of a TypeScript file by reading its characters: comments, templates and other strings are passed
 * over, so that source text inside a test's string is not taken for an import. (TypeScript 7 has no parser to call.)
 */

export interface FoundImport {
  specifier: string;
  line: number;
  /** `import type`, `export type` or `typeof import()`: gone before the program runs. */
  typeOnly: boolean;
}

/** The imports and re-exports of `source`, static and dynamic, in their order. */
export function findImports(source: string): FoundImport[] {
  const found: FoundImport[] = [];
  // What was read, with the inside of comments and strings left out.
  let code = '';
  let line = 1;
  const advance = (text: string) => {
    for (const character of text) if (character === '\n') line++;
  };
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at, at + 2);
    let end: number;
    if (rest === '//') {
      end = orEnd(source.indexOf('\n', at), source);
    } else if (rest === '/*') {
      end = orEnd(source.indexOf('*/', at + 2), source, 2);
      code += ' ';
    } else if (source[at] === "'" || source[at] === '"') {
      end = endOfQuoted(source, at, source[at] ?? '');
      const use = importUse(code);
      if (use !== undefined) found.push({ specifier: source.slice(at + 1, end - 1), line, typeOnly: use === 'type' });
      code += "''";
    } else if (source[at] === '`') {
      end = endOfTemplate(source, at);
      code += '``';
    } else if (source[at] === '/' && startsExpression(code)) {
      end = endOfPattern(source, at);
      code += '/ /';
    } else {
      code += source[at];
      end = at + 1;
    }
    advance(source.slice(at, end));
    at = end;
  }
  return found;
}

/** Whether a string right after `code` is a module's name. */
function importUse(code: string): 'value' | 'type' | undefined {
  const tail = code.slice(-4000);
  if (/\btypeof\s+import\s*\(\s*$/.test(tail)) return 'type';
  if (/\bimport\s*\(\s*$/.test(tail) || /(?:^|[;\n}])\s*import\s*$/.test(tail)) return 'value';
  if (!/[\s}*]from\s*$/.test(tail)) return undefined;
  const statement = /(?:^|[;\n}])\s*(?:import|export)\b(?!\s*\()([^;'`]*)$/.exec(lastStatement(tail));
  if (statement === null) return undefined;
  return /^\s*type\b(?!\s*(?:,|from\b))/.test(statement[1] ?? '') ? 'type' : 'value';
}

function lastStatement(tail: string): string {
  const starts = [...tail.matchAll(/(?:^|[;\n}])\s*(?:import|export)\b/g)];
  return tail.slice(starts.at(-1)?.index ?? tail.length);
}

/** Whether a slash after `code` begins a pattern rather than divides. */
function startsExpression(code: string): boolean {
  const before = code.trimEnd();
  return before === '' || /[(,=:[!&|?{};+\-*%~^<>]$/.test(before) || /\b(?:return|typeof|case|in|of)$/.test(before);
}

function endOfQuoted(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === quote || source[at] === '\n') return at + 1;
  }
  return source.length;
}

function endOfTemplate(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`') return at + 1;
    else if (source[at] === '$' && source[at + 1] === '{') at = endOfHole(source, at + 2) - 1;
  }
  return source.length;
}

/** The end of a template's `${…}`, which may hold strings and templates of its own. */
function endOfHole(source: string, start: number): number {
  let depth = 1;
  for (let at = start; at < source.length; at++) {
    const character = source[at] ?? '';
    if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
    else if (character === '`') at = endOfTemplate(source, at) - 1;
    else if (character === "'" || character === '"') at = endOfQuoted(source, at, character) - 1;
  }
  return source.length;
}

function endOfPattern(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '\n') return at;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) return at + 1;
  }
  return source.length;
}

function orEnd(index: number, source: string, length = 0): number {
  return index === -1 ? source.length : index + length;
}
