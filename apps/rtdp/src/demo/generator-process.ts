/** Runs the shop's activity as a child process and starts it again when it ends by itself. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface GeneratorProgress {
  actions: number;
  actionsPerSecond: number;
  error: string | null;
}

export interface GeneratorProcess {
  /** What it reported last; null before the first report, or while it is being started again. */
  latest(): GeneratorProgress | null;
  stop(): Promise<void>;
}

const RESTART_MILLISECONDS = 2_000;

export function startGeneratorProcess(shopUrl: string): GeneratorProcess {
  let latest: GeneratorProgress | null = null;
  let isStopping = false;
  let restart: NodeJS.Timeout | undefined;
  let child = launch();

  function launch() {
    const started = spawn(process.execPath, [fileURLToPath(new URL('./generator-main.ts', import.meta.url))], {
      env: { PATH: process.env.PATH, RTDP_SHOP_URL: shopUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C in the terminal reaches only us; the order of stopping is ours to decide.
      detached: true,
    });
    let lastError = '';
    createInterface({ input: started.stdout }).on('line', (line) => {
      latest = JSON.parse(line) as GeneratorProgress;
    });
    started.stderr.on('data', (chunk: Buffer) => {
      lastError = chunk.toString('utf8');
    });
    started.once('exit', () => {
      latest = isStopping ? null : { actions: 0, actionsPerSecond: 0, error: lastError.split('\n')[0] ?? 'it ended' };
      if (!isStopping) {
        restart = setTimeout(() => {
          child = launch();
        }, RESTART_MILLISECONDS);
      }
    });
    return started;
  }

  return {
    latest: () => latest,
    async stop() {
      isStopping = true;
      clearTimeout(restart);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(late);
    },
  };
}
