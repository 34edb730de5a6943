/** Decides where a file is that somebody named on the command line: npm runs it from the checkout, whatever folder the person is in. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RtdpError } from '@rtdp/ums/error';

/** The whole path: from the folder the command was typed in, else from the one it runs in. */
export function givenFile(path: string, environment: NodeJS.ProcessEnv = process.env): string {
  const { npm_lifecycle_event: throughNpm, INIT_CWD: typedIn } = environment;
  const typed = resolve(throughNpm !== undefined && typedIn ? typedIn : '.', path);
  return existsSync(typed) || !existsSync(path) ? typed : resolve(path);
}

/** @throws RtdpError RTDP_PIPELINE_INVALID with the whole path */
export function readGivenFile(path: string): string {
  const file = givenFile(path);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : (cause as Error).message;
    throw new RtdpError({
      code: 'RTDP_PIPELINE_INVALID',
      message: `the file ${file} cannot be read: ${why}`,
      next: 'Check the path; one that begins with / means the same in every folder.',
      facts: { path: file },
      cause,
    });
  }
}
