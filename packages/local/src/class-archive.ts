/**
 * Decides how a Java server starts from an archive of its parsed classes, which halves the CPU a start costs: the first
 * run on a machine writes the archive when it is stopped, every later one reads it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

export interface ClassArchive {
  /** Options for the JVM. */
  options: string[];
  /** Whether this run writes the archive, which takes seconds of its stop. */
  writes: boolean;
  /** To be called when the server was stopped in order: takes a freshly written archive into the cache. */
  keep(): void;
}

/** The archive of `program` (name and version) for one `java`; `workFolder` is the server's own. */
export function classArchive(program: string, java: string, workFolder: string): ClassArchive {
  const archive = join(cacheFolder(), `${program}-${createHash('sha256').update(java).digest('hex').slice(0, 12)}.jsa`);
  // An archive of another Java is noticed and passed over by the JVM itself.
  if (existsSync(archive)) {
    return { options: [`-XX:SharedArchiveFile=${archive}`, '-Xlog:cds=off'], writes: false, keep: () => undefined };
  }
  const written = join(workFolder, 'classes.jsa');
  return {
    options: [`-XX:ArchiveClassesAtExit=${written}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
    writes: true,
    keep() {
      if (!existsSync(written)) return;
      // The cache may be on another disk, and what has the final name must be whole.
      copyFileSync(written, `${archive}.${process.pid}`);
      renameSync(`${archive}.${process.pid}`, archive);
      rmSync(written);
    },
  };
}
