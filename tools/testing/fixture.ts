/** Makes a small repository in a temporary folder for a check to find fault with. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Fixture extends AsyncDisposable {
  root: string;
}

/** Writes `files` (path → text) into a new folder, which goes away with the fixture. */
export async function fixture(files: Record<string, string>): Promise<Fixture> {
  const root = await mkdtemp(join(tmpdir(), 'rtdp-fixture-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** The text of a package.json. */
export function manifest(name: string, dependencies: string[] = [], developmentDependencies: string[] = []): string {
  const versions = (names: string[]) => Object.fromEntries(names.map((each) => [each, '1.0.0']));
  return JSON.stringify({
    name,
    dependencies: versions(dependencies),
    devDependencies: versions(developmentDependencies),
  });
}
