/** Forces each check to fail on a small repository, and shows the sentence that it fails with. */
import { expect, test } from 'vitest';
import { fixture, manifest } from '../testing/fixture.ts';
import { designTokens } from './design-tokens.ts';
import { documentLinks } from './document-links.ts';
import { type Check, describeFinding } from './finding.ts';
import { houseStyle } from './house-style.ts';
import { importCycles } from './import-cycles.ts';
import { importDirections } from './import-directions.ts';
import { libraryOwners } from './library-owners.ts';
import { relativePaths } from './relative-paths.ts';
import { testingImporters } from './testing-importers.ts';
import { types } from './types.ts';
import { undeclaredDependencies } from './undeclared-dependencies.ts';

/** What `check` says about a repository of these files. */
async function sentences(check: Check, files: Record<string, string>): Promise<string[]> {
  await using repository = await fixture(files);
  return (await check.run(repository.root)).map(describeFinding);
}

test('a package that imports upwards is named with file, line and rule', async () => {
  expect(
    await sentences(importDirections, {
      'packages/ums/package.json': manifest('@rtdp/ums', ['@rtdp/bus']),
      'packages/ums/src/a.ts': "/** a */\nimport type { Bus } from '@rtdp/bus/bus';\n",
      'packages/bus/package.json': manifest('@rtdp/bus', ['@rtdp/ums']),
      'packages/bus/src/b.ts': "import { x } from '@rtdp/ums/x';\n",
    }),
  ).toEqual([
    'packages/ums/src/a.ts:2 breaks the rule "import directions": @rtdp/ums imports @rtdp/bus; it may import nothing of ours. Move the code down, or pass what is needed as an argument.',
  ]);
});

test('a service may import the client of another service and nothing else of it', async () => {
  expect(
    await sentences(importDirections, {
      'services/dbus/package.json': manifest('@rtdp/dbus'),
      'services/dbus/src/client.ts': 'export const a = 1;\n',
      'services/wormhole/package.json': manifest('@rtdp/wormhole', ['@rtdp/dbus']),
      'services/wormhole/src/a.ts': "import { a } from '@rtdp/dbus/client';\n",
      'services/wormhole/src/b.ts': "const b = await import('@rtdp/dbus/pipeline');\n",
      'services/wormhole/src/c.ts': "import { c } from '@rtdp/dbus/client/shapes';\n",
      'services/wormhole/src/d.ts': "import { d } from '@rtdp/dbus/client-of-mine';\n",
    }),
  ).toEqual([
    'services/wormhole/src/b.ts:1 breaks the rule "import directions": @rtdp/wormhole imports @rtdp/dbus/pipeline; of a service only @rtdp/dbus/client may be imported.',
    'services/wormhole/src/d.ts:1 breaks the rule "import directions": @rtdp/wormhole imports @rtdp/dbus/client-of-mine; of a service only @rtdp/dbus/client may be imported.',
  ]);
});

test('a package that the layers do not list has to be listed first', async () => {
  const found = await sentences(importDirections, {
    'packages/new/package.json': manifest('@rtdp/new', ['@rtdp/ums']),
    'packages/new/src/a.ts': "export { x } from '@rtdp/ums/x';\n",
    'packages/ums/package.json': manifest('@rtdp/ums'),
  });
  expect(found).toEqual([expect.stringContaining('@rtdp/new is not in tools/layers.ts')]);
});

test('a cycle of files is shown as the way round; one of types only does no harm', async () => {
  expect(
    await sentences(importCycles, {
      'packages/ums/package.json': manifest('@rtdp/ums'),
      'packages/ums/src/a.ts': "import { b } from './b.ts';\n",
      'packages/ums/src/b.ts': "import { c } from './c.ts';\n",
      'packages/ums/src/c.ts': "import { a } from './a.ts';\n",
      'packages/ums/src/d.ts': "import type { e } from './e.ts';\n",
      'packages/ums/src/e.ts': "import { d } from './d.ts';\n",
    }),
  ).toEqual([
    expect.stringContaining(
      '"import cycles": packages/ums/src/a.ts → packages/ums/src/b.ts → packages/ums/src/c.ts → packages/ums/src/a.ts.',
    ),
  ]);
});

test('a cycle of packages is found too', async () => {
  const found = await sentences(importCycles, {
    'packages/ums/package.json': manifest('@rtdp/ums'),
    'packages/ums/src/a.ts': "import type { b } from '@rtdp/bus/b';\n",
    'packages/bus/package.json': manifest('@rtdp/bus'),
    'packages/bus/src/b.ts': "import { a } from '@rtdp/ums/a';\n",
  });
  expect(found).toEqual([expect.stringContaining('@rtdp/bus → @rtdp/ums → @rtdp/bus')]);
});

test('an undeclared package is named, and one declared for development only where production uses it', async () => {
  const found = await sentences(undeclaredDependencies, {
    'packages/ums/package.json': manifest('@rtdp/ums', ['zod'], ['vitest']),
    'packages/ums/src/a.ts':
      "import { z } from 'zod';\nimport pg from 'pg';\nimport { readFile } from 'fs/promises';\n",
    'packages/ums/src/b.ts': "import { test } from 'vitest';\n",
    'packages/ums/src/b.test.ts': "import { test } from 'vitest';\n",
  });
  expect(found).toEqual([
    'packages/ums/src/a.ts:2 breaks the rule "undeclared dependencies": pg is not declared. Add it, with an exact version, to packages/ums/package.json.',
    expect.stringContaining(
      'packages/ums/src/b.ts:1 breaks the rule "undeclared dependencies": vitest is declared for development only',
    ),
  ]);
});

test.each([
  ['kafkajs', '@rtdp/bus'],
  ['@duckdb/node-bindings', '@rtdp/engine'],
])('only its owner imports %s', async (library, owner) => {
  const found = await sentences(libraryOwners, {
    'services/dbus/package.json': manifest('@rtdp/dbus', [library]),
    'services/dbus/src/a.ts': `import thing from '${library}';\n`,
    'packages/owner/package.json': manifest(owner, [library]),
    'packages/owner/src/a.ts': `import thing from '${library}';\n`,
  });
  expect(found).toEqual([
    expect.stringContaining(
      `services/dbus/src/a.ts:1 breaks the rule "library owners": only ${owner} may import ${library}.`,
    ),
  ]);
});

test('what runs in production may not import testing', async () => {
  const found = await sentences(testingImporters, {
    'packages/bus/package.json': manifest('@rtdp/bus', [], ['@rtdp/testing']),
    'packages/bus/src/a.ts': "import { testKafka } from '@rtdp/testing/kafka';\nimport { b } from './a-harness.ts';\n",
    'packages/bus/src/a-harness.ts': "import { testKafka } from '@rtdp/testing/kafka';\n",
    'packages/bus/src/a.kafka.test.ts': "import { testKafka } from '@rtdp/testing/kafka';\n",
    'bench/package.json': manifest('@rtdp/bench', ['@rtdp/testing']),
    'bench/bus/run.ts': "import { testKafka } from '@rtdp/testing/kafka';\n",
  });
  expect(found).toEqual([
    expect.stringContaining('packages/bus/src/a.ts:1 breaks the rule "importers of testing": only tests and benches'),
    expect.stringContaining(
      'packages/bus/src/a.ts:2 breaks the rule "importers of testing": it imports packages/bus/src/a-harness.ts',
    ),
  ]);
});

test('a relative path may not leave its package', async () => {
  const found = await sentences(relativePaths, {
    'packages/bus/package.json': manifest('@rtdp/bus'),
    'packages/bus/src/deep/a.ts': "import '../b.ts';\nexport * from '../../../ums/src/a.ts';\n",
  });
  expect(found).toEqual([
    expect.stringContaining(
      'packages/bus/src/deep/a.ts:2 breaks the rule "relative paths": ../../../ums/src/a.ts leaves the package.',
    ),
  ]);
});

test('a link to a missing file or heading is named; code and other sites are left alone', async () => {
  const found = await sentences(documentLinks, {
    'README.md': [
      '# Title',
      '[there](docs/a.md#the-second-part) [gone](docs/b.md) [nowhere](docs/a.md#third) <https://example.com>',
      '`[code](no.md)` [site](https://example.com/x)',
      '```',
      '[fenced](no.md)',
      '```',
      '[by name][n]',
      '',
      '[n]: ./missing.png',
    ].join('\n'),
    'docs/a.md': '# One\n## The second `part`!\n[up](../README.md#title) [out](../../x.md)\n',
  });
  expect(found).toEqual([
    'README.md:2 breaks the rule "links of documents": docs/b.md leads to docs/b.md, which does not exist.',
    'README.md:2 breaks the rule "links of documents": docs/a.md#third names a heading that docs/a.md does not have.',
    'README.md:9 breaks the rule "links of documents": ./missing.png leads to missing.png, which does not exist.',
    'docs/a.md:3 breaks the rule "links of documents": ../../x.md leads out of the repository.',
  ]);
});

test('biome names the file and what it objects to', async () => {
  const found = await sentences(houseStyle, {
    'biome.json': '{ "linter": { "rules": { "suspicious": { "noExplicitAny": "error" } } } }\n',
    'a.ts': 'export const a: any = 1;\n',
  });
  expect(found).toEqual([expect.stringMatching(/^a\.ts:1 breaks the rule "biome": lint\/suspicious\/noExplicitAny/)]);
});

test('the compiler names the file and the error', async () => {
  const found = await sentences(types, {
    'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, types: [] }, include: ['*.ts'] }),
    'a.ts': "\nexport const a: number = 'one';\n",
  });
  expect(found).toEqual([expect.stringMatching(/^a\.ts:2 breaks the rule "types": error TS2322/)]);
});

test('a colour or a pixel outside of the tokens is named, one in a comment or an address is not', async () => {
  const found = await sentences(designTokens, {
    'apps/davinci-web/src/shell/tokens.ts': "export const accent = '#3a53d0';\n",
    'apps/davinci-web/src/a.css':
      '/* 3px */\n.a { color: #FFF; margin: 12px var(--space-8); }\n@media (max-width: 900px) {}\n',
    'apps/davinci-web/src/b.tsx': "const link = '/login#code=1';\n// #fff\nconst c = 'rgba(0, 0, 0, 0.5)';\n",
  });
  expect(found).toEqual([
    expect.stringContaining('a.css:2 breaks the rule "design tokens": #FFF is a literal'),
    expect.stringContaining('a.css:2 breaks the rule "design tokens": 12px is a literal'),
    expect.stringContaining('b.tsx:3 breaks the rule "design tokens": rgba( is a literal'),
  ]);
});
