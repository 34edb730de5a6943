/** Shows which strings of a source file are imports and which only look like one. */
import { expect, test } from 'vitest';
import { findImports } from './find-imports.ts';

test('static, dynamic, re-exporting and type-only imports are found with their lines', () => {
  const source = `import a, { b } from 'a';
import type { C } from "c";
import { type D, e } from 'd';
import 'side-effect';
export { f } from './f.ts';
export type { G } from './g.ts';
export * as h from '@scope/h/deep';
const i = await import('i');
let j: typeof import('j');
import {
  k,
} from 'k';
import type from 'l';
`;
  expect(findImports(source)).toEqual([
    { specifier: 'a', line: 1, typeOnly: false },
    { specifier: 'c', line: 2, typeOnly: true },
    { specifier: 'd', line: 3, typeOnly: false },
    { specifier: 'side-effect', line: 4, typeOnly: false },
    { specifier: './f.ts', line: 5, typeOnly: false },
    { specifier: './g.ts', line: 6, typeOnly: true },
    { specifier: '@scope/h/deep', line: 7, typeOnly: false },
    { specifier: 'i', line: 8, typeOnly: false },
    { specifier: 'j', line: 9, typeOnly: true },
    { specifier: 'k', line: 12, typeOnly: false },
    { specifier: 'l', line: 13, typeOnly: false },
  ]);
});

test('comments, strings, templates and patterns hide what only looks like an import', () => {
  const source = `// import 'comment';
/* import x from 'block'; */
const text = "import y from 'string';";
const template = \`import z from '\${[1].map((n) => \`'\${n}'\`)}';\`;
const pattern = /['"\`]/.test(text) ? 1 / 2 : Array.from('abc');
const copied = { from: 'here' };
import real from 'real';
`;
  expect(findImports(source)).toEqual([{ specifier: 'real', line: 7, typeOnly: false }]);
});
