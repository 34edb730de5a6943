/** Shows which Java is taken, and what is said when there is none that is new enough. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureJava } from './java.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtdp-java-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** Something that answers `-version` as a Java of this version does, with or without its release file. */
async function java(name: string, version: string, release: boolean): Promise<string> {
  const home = join(folder, name);
  await mkdir(join(home, 'bin'), { recursive: true });
  const path = join(home, 'bin', 'java');
  await writeFile(path, `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`);
  await chmod(path, 0o755);
  if (release) await writeFile(join(home, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
  return path;
}

const nowhere = { jvmFolders: [], python: '' };
const env = (more: NodeJS.ProcessEnv) => ({ RTDP_CACHE: join(folder, 'cache'), ...more });

test('JAVA_HOME comes first, then the PATH, then the usual folders', async () => {
  const home = await java('home', '21.0.1', true);
  const onPath = await java('path', '22', false);
  await java('jvm/a', '17.0.15', true);
  const inFolder = await java('jvm/b', '25.0.3', false);
  const path = join(folder, 'path', 'bin');
  expect(await ensureJava({ ...nowhere, env: env({ JAVA_HOME: join(folder, 'home'), PATH: path }) })).toBe(home);
  expect(await ensureJava({ ...nowhere, env: env({ PATH: path }) })).toBe(onPath);
  expect(await ensureJava({ ...nowhere, env: env({}), jvmFolders: [join(folder, 'jvm')] })).toBe(inFolder);
});

test('a Java that is too old is named, with what to install', async () => {
  const old = await java('old', '17.0.15', false);
  const older = await java('older', '1.8.0_402', true);
  const search = { ...nowhere, env: env({ JAVA_HOME: join(folder, 'old'), PATH: join(folder, 'older', 'bin') }) };
  await expect(ensureJava(search)).rejects.toMatchObject({
    code: 'LOCAL_NO_JAVA',
    message: expect.stringContaining(`${old} is 17, ${older} is 8`),
    next: 'Install Java 21 or newer and set JAVA_HOME to it, or install Python with pip.',
  });
});

test('no Java and no Python ends with the same advice', async () => {
  const search = { jvmFolders: [], env: env({ PATH: '' }), python: join(folder, 'no-python') };
  await expect(ensureJava(search)).rejects.toMatchObject({
    code: 'LOCAL_NO_JAVA',
    message: expect.stringMatching(/None was found; pip: .*ENOENT/),
  });
});
