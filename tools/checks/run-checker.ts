/** Runs an installed checker (biome, tsc) on a folder and returns what it said. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../node_modules/.bin/', import.meta.url));

/** Runs `name` of our `node_modules/.bin` in `root`; resolves its exit code and everything it printed. */
export function runChecker(
  name: string,
  argumentsOf: string[],
  root: string,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`${BIN}${name}`, argumentsOf, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
