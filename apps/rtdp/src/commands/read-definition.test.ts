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
  expect(() => readDefinition(pipeline)).toThrow(
    expect.objectContaining({ next: expect.stringContaining('rtdp -- apply') }),
  );
});
