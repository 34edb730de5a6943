/** Brings TPC-H's data generator (a program in a PyPI wheel, checked by sha256) into the cache, and runs it. */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '@rtdp/local/cache-folder';

const run = promisify(execFile);

const VERSION = '4.0.0';
/** One for each platform: Linux on x64 and arm64, macOS on arm64. */
const CHECKSUMS = [
  '19ee231140c9e8cc4caf981cc166186c638e11a33744e3d32cff5bd7f2ba44a2',
  'ef02a06ad5e17448acf64979fbdf8fa484133df863e2749516a4dc29c55df00b',
  'e6883a74e88607322462f1cdc9d2864dc948ecf2f25d235969dd3020887e6f5b',
];

/** Writes `<table>.tbl` (fields ended by `|`) for every table into `folder`. The same scale always gives the same rows. */
export async function generateTpch(folder: string, scale: number): Promise<void> {
  const program = await ensureGenerator();
  await run(program, ['tbl', '--scale-factor', String(scale), '--output-dir', folder], { timeout: 300_000 });
}

async function ensureGenerator(): Promise<string> {
  const folder = join(cacheFolder(), `tpchgen-cli-${VERSION}`);
  const program = join(folder, 'bin', 'tpchgen-cli');
  const isThere = await access(program).then(
    () => true,
    () => false,
  );
  if (isThere) return program;
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), '.tpchgen-'));
  try {
    const requirements = join(work, 'requirements.txt');
    const hashes = CHECKSUMS.map((checksum) => `--hash=sha256:${checksum}`).join(' ');
    await writeFile(requirements, `tpchgen-cli==${VERSION} ${hashes}\n`);
    const target = join(work, 'target');
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
    await run('python3', [...pip, '--target', target, '-r', requirements], { timeout: 120_000 });
    await chmod(join(target, 'bin', 'tpchgen-cli'), 0o755);
    await rm(folder, { recursive: true, force: true });
    await rename(target, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}
