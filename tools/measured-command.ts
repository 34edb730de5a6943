/** The command lines of `npm run bench` and `npm run torture`: which one, with which seed, and how it ends. */
import { parseArgs } from 'node:util';
import { namesIn, resultLine, runFile, runMeasured, stopMeasured } from './run-measured.ts';

export interface MeasuredCommand {
  /** What the user types after `npm run`. */
  command: string;
  folder: string;
  limitSeconds: number;
}

/** Runs the named bench or torture; returns the exit code. */
export async function measuredCommand(
  { command, folder, limitSeconds }: MeasuredCommand,
  argumentsOf: string[],
  print: (line: string) => void,
): Promise<number> {
  const names = namesIn(folder);
  const usage = `Use: npm run ${command} -- NAME [--seed N] [--quick]; NAME is one of: ${names.join(', ') || '(none yet)'}.`;
  let parsed: { values: { seed?: string; quick?: boolean; help?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: argumentsOf,
      allowPositionals: true,
      options: { seed: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    print(`${(error as Error).message} ${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [name] = positionals;
  if (values.help === true) {
    print(usage);
    return 0;
  }
  if (name === undefined || !names.includes(name)) {
    print(`${name === undefined ? 'No name was given.' : `There is no ${command} called ${name}.`} ${usage}`);
    return 2;
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed)) {
    print(`--seed ${values.seed} is not a whole number. ${usage}`);
    return 2;
  }
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted = true;
      void stopMeasured();
    });
  }
  print(`${command} ${name}, seed ${seed}, at most ${limitSeconds} s`);
  const outcome = await runMeasured({ file: runFile(folder, name), seed, quick: values.quick ?? false, limitSeconds });
  if (!outcome.ok) {
    print(
      `${command} ${name} failed: ${interrupted ? 'it was interrupted' : outcome.why}. Repeat it with --seed ${seed}.`,
    );
    return 1;
  }
  print(resultLine(name, outcome.measured));
  return 0;
}
