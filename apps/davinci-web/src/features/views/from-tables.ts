/** Decides which tables a statement reads where the caret is: those that its own FROM and those around it name. */
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

export interface FromTable {
  /** The parts of its name, as written without quotes. */
  path: readonly string[];
  /** What its columns are called by. */
  qualifier: string;
}

interface SyntaxNode {
  name: string;
  from: number;
  to: number;
  parent: SyntaxNode | null;
  firstChild: SyntaxNode | null;
  nextSibling: SyntaxNode | null;
}

const BEFORE_TABLE = new Set(['from', 'join']);
/** A table stands after a comma only as long as FROM goes on. */
const ENDS_FROM = new Set(
  'where group having order union intersect except limit offset fetch for on using window'.split(' '),
);

/** The innermost come first. */
export function fromTables(state: EditorState, at: number): FromTable[] {
  const found: FromTable[] = [];
  for (let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, -1); node !== null; node = node.parent) {
    if (node.name === 'Parens' || node.name === 'Statement') found.push(...tablesOf(state, node));
  }
  return found;
}

function tablesOf(state: EditorState, scope: SyntaxNode): FromTable[] {
  const tables: FromTable[] = [];
  let isInFrom = false;
  // What a name would be, where one comes next.
  let next: 'table' | 'qualifier' | undefined;
  for (let node = scope.firstChild; node !== null; node = node.nextSibling) {
    const text = state.sliceDoc(node.from, node.to);
    if (node.name === 'Keyword') {
      const word = text.toLowerCase();
      if (BEFORE_TABLE.has(word)) [isInFrom, next] = [true, 'table'];
      else if (ENDS_FROM.has(word)) [isInFrom, next] = [word === 'on' || word === 'using', undefined];
      else if (word !== 'as' && word !== 'only' && word !== 'lateral') next = undefined;
    } else if (/Identifier$/.test(node.name)) {
      const path = partsOf(state, node);
      const last = path.at(-1);
      if (last === undefined) continue;
      if (next === 'table') tables.push({ path, qualifier: last });
      else if (next === 'qualifier') tables.push({ path: tables.pop()!.path, qualifier: last });
      next = next === 'table' ? 'qualifier' : undefined;
    } else if (text === ',') next = isInFrom ? 'table' : undefined;
    else if (!/Comment$/.test(node.name)) next = undefined;
  }
  return tables;
}

function partsOf(state: EditorState, node: SyntaxNode): string[] {
  if (node.name !== 'CompositeIdentifier') return [nameOf(state, node)];
  const parts: string[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (/Identifier$/.test(child.name)) parts.push(nameOf(state, child));
  }
  return parts;
}

function nameOf(state: EditorState, { name, from, to }: SyntaxNode): string {
  const text = state.sliceDoc(from, to);
  return name === 'QuotedIdentifier' ? text.slice(1, -1).replaceAll('""', '"') : text;
}
