// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDefinition, readDefinitions } from './read-definition.ts';

let folder: string;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtdp-definition-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what is only looked at may stand in a pipeline, whose other variables need not be set', () => {
  const pipeline = file(
    'pipeline.yaml',
    "sources: [{ name: a, tables: all }, { name: b }]\nflows: [{ name: f, password: '${RTDP_TEST_NOT_SET}' }]\n",
  );
  expect(readDefinitions(pipeline, 'sources')).toEqual([{ name: 'a', tables: 'all' }, { name: 'b' }]);
  expect(() => readDefinitions(pipeline, 'flows')).toThrow(/RTDP_TEST_NOT_SET/);
  expect(readDefinitions(file('one.yaml', 'name: a\n'), 'sources')).toEqual([{ name: 'a' }]);
  expect(() => readDefinitions(file('flows.yaml', 'flows: [{ name: f }]\n'), 'sources')).toThrow(
    /it is a pipeline without sources/,
  );
  expect(() => readDefinition(pipeline, 'sources')).toThrow(
    expect.objectContaining({ next: expect.stringContaining('rtdp -- apply') }),
  );
});

test('a key that no service knows is told with its file and line, in a file of its own and in a pipeline', () => {
  const told = (path: string, message: string, line: number, column: number) =>
    expect.objectContaining({
      code: 'RTDP_PIPELINE_INVALID',
      message: expect.stringContaining(path),
      facts: expect.objectContaining({ problems: [{ line, column, message }] }),
    });
  const alone = file('alone.yaml', 'name: a\n\ntabels: all\n');
  const wrong = 'source a: there is no "tabels" here; did you mean "tables"?';
  expect(() => readDefinition(alone, 'sources')).toThrow(told(alone, wrong, 3, 1));
  expect(() => readDefinitions(alone, 'sources')).toThrow(told(alone, wrong, 3, 1));
  const pipeline = file('tabels.yaml', 'flows: []\nsources:\n  - name: b\n  - name: a\n    tabels: all\n');
  expect(() => readDefinitions(pipeline, 'sources')).toThrow(told(pipeline, wrong, 5, 5));
  const nameless = file('nameless.yaml', 'tables: all\n');
  expect(() => readDefinition(nameless, 'sources')).toThrow(told(nameless, 'source: name: is missing', 1, 1));
});
