/** Ends servers when the process that asked for them ends without saying so (benches and tortures on Ctrl-C). */

const endings = new Set<() => Promise<void>>();
let listening = false;

/** Returns `end`, made safe to call twice; it is also called when this process receives SIGINT or SIGTERM. */
export function stopAtExit(end: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  const once = () => {
    endings.delete(once);
    running ??= end();
    return running;
  };
  endings.add(once);
  // Vitest's workers are ended by vitest, and its global set-up sweeps behind them.
  if (!listening && process.env.VITEST === undefined) {
    listening = true;
    process.once('SIGINT', () => endAll(130));
    process.once('SIGTERM', () => endAll(143));
  }
  return once;
}

/** Ends everything that is still running. */
export async function stopServers(): Promise<void> {
  await Promise.all([...endings].map((end) => end()));
}

async function endAll(exitCode: number): Promise<void> {
  await stopServers();
  process.exit(exitCode);
}
