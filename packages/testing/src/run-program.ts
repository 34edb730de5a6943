/** Runs a program to its end and keeps what it printed. */
import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** null when a signal ended it. */
  code: number | null;
  output: string;
  errors: string;
}

/** Rejects when it cannot be started at all; whatever it ends with is for the caller to judge. */
export async function runProgram(
  program: string,
  words: readonly string[],
  options: { environment?: NodeJS.ProcessEnv; folder?: string } = {},
): Promise<ProgramResult> {
  const child = spawn(program, words, {
    env: options.environment ?? process.env,
    cwd: options.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output, errors };
}
