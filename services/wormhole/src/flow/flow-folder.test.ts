import { expect, it } from 'vitest';
import { parseFlowFile } from './flow-folder.ts';

/** `${name}` as a file holds it. */
const variable = (name: string): string => `$\{${name}}`;

it('reads one flow or a list, with variables and numbers', () => {
  expect(
    parseFlowFile(`name: a\nport: ${variable('PORT:number')}\nhost: "x-${variable('HOST')}"`, 'a.yaml', {
      PORT: '5',
      HOST: 'h',
    }),
  ).toEqual([{ name: 'a', port: 5, host: 'x-h' }]);
  expect(parseFlowFile('flows: [{name: a}, {name: b}]', 'a.yaml', {})).toEqual([{ name: 'a' }, { name: 'b' }]);
});

it('names the file with the place of the mistake, and a variable that is not set', () => {
  expect(() => parseFlowFile('name: [a', 'bad.yaml', {})).toThrowError(/bad\.yaml: line 1, column \d+/);
  expect(() => parseFlowFile(`name: ${variable('NOPE')}`, 'bad.yaml', {})).toThrowError(
    /bad\.yaml: \$\{NOPE\} is not set/,
  );
});
