/**
 * Brings locked Maven artifacts into the cache: which are missing, downloaded side by side, checked by sha256.
 *
 * A file gets its final name only after its checksum was right, so what has its name is whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import downloader from 'mvn-artifact-download';
import { localError } from './errors.ts';
import { requireFreeSpace } from './free-space.ts';
import { downloadWithMaven } from './maven-client.ts';
import { mavenRepository } from './maven-repository.ts';

/** One artifact: `group:artifact[:extension[:classifier]]:version` and the checksum of its bytes. */
export interface LockedArtifact {
  coordinates: string;
  sha256: string;
}

/** Told after each file: how many of how many are there. */
export type ArtifactProgress = (done: number, total: number, coordinates: string) => void;

const PARALLEL_DOWNLOADS = 8;
/** The largest artifact, packed and unpacked, and room to spare. */
const NEEDED_MEGABYTES = 500;
const STALLED_AFTER_MILLISECONDS = 60_000;

/** The locked artifacts of a file beside this one, for example `kafka.lock.json`. */
export function readLock(name: string): LockedArtifact[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as LockedArtifact[];
}

/** The file name an artifact has in a repository and in the cache. */
export function artifactFileName(coordinates: string): string {
  const parts = coordinates.split(':');
  const version = parts.at(-1);
  const extension = parts.length > 3 ? parts[2] : 'jar';
  const classifier = parts.length > 4 ? `-${parts[3]}` : '';
  return `${parts[1]}-${version}${classifier}.${extension}`;
}

/**
 * Makes `folder` hold every artifact of `lock`. Throws `LOCAL_REGISTRY_UNREACHABLE` when one cannot be downloaded and
 * `LOCAL_ARTIFACT_ALTERED` when its bytes are not the locked ones.
 */
export async function ensureArtifacts(
  lock: readonly LockedArtifact[],
  folder: string,
  onProgress: ArtifactProgress = () => {},
  repository: string | undefined = mavenRepository(),
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const missing: LockedArtifact[] = [];
  for (const artifact of lock)
    if (!(await exists(join(folder, artifactFileName(artifact.coordinates))))) missing.push(artifact);
  if (missing.length === 0) return;
  await requireFreeSpace(folder, NEEDED_MEGABYTES, 'RTDP_CACHE');
  let done = lock.length - missing.length;
  // Inside the folder, so that the last step is a rename and two starts at once cannot mix their halves.
  const work = await mkdtemp(join(folder, '.download-'));
  try {
    const queue = [...missing];
    const failed: { artifact: LockedArtifact; cause: unknown }[] = [];
    const takeFromQueue = async () => {
      for (let artifact = queue.shift(); artifact !== undefined; artifact = queue.shift()) {
        try {
          await downloadOne(artifact, work, repository);
        } catch (cause) {
          failed.push({ artifact, cause });
          continue;
        }
        await admit(artifact, work, folder);
        onProgress(++done, lock.length, artifact.coordinates);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, takeFromQueue));
    if (failed.length === 0) return;
    await withMavenClient(failed, work);
    for (const { artifact } of failed) {
      await admit(artifact, work, folder);
      onProgress(++done, lock.length, artifact.coordinates);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Downloads one artifact, giving up when its file has not grown for a minute (the downloader itself never does). */
async function downloadOne(artifact: LockedArtifact, work: string, repository: string | undefined): Promise<void> {
  const file = join(work, artifactFileName(artifact.coordinates));
  let lastSize = -1;
  let watch: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    watch = setInterval(async () => {
      const size = await stat(file).then(
        (facts) => facts.size,
        () => 0,
      );
      if (size === lastSize) reject(new Error(`nothing arrived for ${STALLED_AFTER_MILLISECONDS / 1000} s`));
      lastSize = size;
    }, STALLED_AFTER_MILLISECONDS);
  });
  try {
    await Promise.race([
      downloader.default(artifact.coordinates, work, repository, artifactFileName(artifact.coordinates)),
      stalled,
    ]);
  } finally {
    clearInterval(watch);
  }
}

/** A Maven client knows this machine's proxies and logins, which the small downloader does not. */
async function withMavenClient(failed: { artifact: LockedArtifact; cause: unknown }[], work: string): Promise<void> {
  const coordinates = failed.map((each) => each.artifact.coordinates);
  const outcome = await downloadWithMaven(coordinates, work);
  if (outcome.ok) return;
  const cause = failed[0]?.cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw localError('LOCAL_REGISTRY_UNREACHABLE', {
    detail: `${coordinates[0]}: ${why}; by the Maven client: ${outcome.why}.`,
    next: 'Check the network, or name a reachable Maven repository in RTDP_MAVEN_REPOSITORY, and start again: what is there is kept.',
    facts: { missing: coordinates },
    cause,
  });
}

async function admit(artifact: LockedArtifact, work: string, folder: string): Promise<void> {
  const name = artifactFileName(artifact.coordinates);
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(work, name)), hash);
  const found = hash.digest('hex');
  if (found !== artifact.sha256) {
    throw localError('LOCAL_ARTIFACT_ALTERED', {
      detail: `${artifact.coordinates} has ${found}, the lock file says ${artifact.sha256}.`,
      next: 'Start again; if it stays so, the repository serves an altered file and must not be trusted.',
      facts: { coordinates: artifact.coordinates, found, expected: artifact.sha256 },
    });
  }
  await rename(join(work, name), join(folder, name));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
