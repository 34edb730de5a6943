/** Runs one bench or torture in a process of its own, so that its time can be limited and its leftovers ended. */
import { pathToFileURL } from 'node:url';
import { stopServers } from '@rtdp/testing/exit';

/** What `run` of a bench or torture takes. */
export interface MeasuredOptions {
  seed: number;
  /** The short sample that `npm test` runs. */
  quick: boolean;
}

/** What `run` returns: what was measured, and ours ÷ reference for each figure that has a bar. */
export interface Measured {
  figures: Record<string, number | string>;
  ratios: Record<string, number>;
}

const [file = '', seed = '1', quick = 'false'] = process.argv.slice(2);
try {
  const { run } = (await import(pathToFileURL(file).href)) as { run: (options: MeasuredOptions) => Promise<Measured> };
  const measured = await run({ seed: Number(seed), quick: quick === 'true' });
  await new Promise<void>((resolve, reject) => {
    process.send?.(measured, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stopServers();
}
// A socket that a bench forgot must not keep the whole run waiting.
process.exit();
