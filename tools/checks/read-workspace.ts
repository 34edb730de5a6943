/** Reads the packages of a repository, their declared dependencies and the imports of their files. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type FoundImport, findImports } from './find-imports.ts';

export interface SourceFile {
  /** From the root of the repository. */
  path: string;
  /** Tests, benches and what serves only them: they may use what is installed for development. */
  isTest: boolean;
  imports: FoundImport[];
}

export interface WorkspacePackage {
  name: string;
  /** From the root of the repository; empty for the root itself. */
  folder: string;
  /** The first part of `folder`: `packages`, `services`, `apps`, `bench`, … */
  area: string;
  dependencies: ReadonlySet<string>;
  developmentDependencies: ReadonlySet<string>;
  files: SourceFile[];
}

const PARENTS = ['packages', 'services', 'apps'];
const SINGLE = ['bench', 'e2e', 'tools'];
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'golden']);

export async function readWorkspace(root: string): Promise<WorkspacePackage[]> {
  const folders = [''];
  for (const parent of PARENTS)
    for (const name of await foldersIn(join(root, parent))) folders.push(`${parent}/${name}`);
  folders.push(...SINGLE);
  const packages = await Promise.all(folders.map((folder) => readPackage(root, folder)));
  return packages.filter((each) => each !== undefined);
}

async function readPackage(root: string, folder: string): Promise<WorkspacePackage | undefined> {
  const manifest = await readFile(join(root, folder, 'package.json'), 'utf8').catch(ifMissing);
  if (manifest === undefined) return undefined;
  const read = JSON.parse(manifest) as Record<string, unknown> & { name: string };
  const names = (field: string) => Object.keys((read[field] ?? {}) as object);
  const paths = await sourceFiles(join(root, folder), folder !== '');
  return {
    name: read.name,
    folder,
    area: folder.split('/')[0] ?? '',
    dependencies: new Set([...names('dependencies'), ...names('peerDependencies'), ...names('optionalDependencies')]),
    developmentDependencies: new Set(names('devDependencies')),
    files: await Promise.all(paths.map((path) => readSource(root, path))),
  };
}

async function readSource(root: string, path: string): Promise<SourceFile> {
  const fromRoot = relative(root, path);
  return { path: fromRoot, isTest: isTestFile(fromRoot), imports: findImports(await readFile(path, 'utf8')) };
}

/** Folders of what only tests use: helpers that start something, models that are compared with the real thing. */
const TEST_FOLDERS = ['testing', 'oracle'];

/** Names of files that only tests use: tests themselves, what makes their values, what starts their subject. */
const TEST_NAMES = [
  /\.(test|bench|arbitrary)\.tsx?$/,
  /-harness\.ts$/,
  // The suites that every store has to pass, exported for the test of each kind.
  /^packages\/stores\/(sink|reader)-contract\.ts$/,
  /^vitest\.config\.ts$/,
];

/** Whether a file exists for tests only, by its name or by its folder. */
export function isTestFile(path: string): boolean {
  if (TEST_NAMES.some((pattern) => pattern.test(path))) return true;
  const folders = path.split('/').slice(0, -1);
  return TEST_FOLDERS.some((name) => folders.includes(name));
}

async function sourceFiles(folder: string, deep: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && deep && !SKIPPED.has(entry.name)) found.push(...(await sourceFiles(path, true)));
    if (entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path);
  }
  return found.sort();
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(ifMissing);
  return (entries ?? []).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function ifMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
  return undefined;
}

/** The package that a specifier names: `@scope/name` or `name`; undefined for relative and built-in ones. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
