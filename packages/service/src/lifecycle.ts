/** Decides how a service starts and ends: stop what was started, in reverse, once, within a bound; die loudly on what nobody caught. */
import type { Logger } from './logging.ts';

export interface Lifecycle {
  /** Registers what to do at the end; run in reverse order of registration. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything; a second call waits for the first. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 15_000;

export function createLifecycle(logger: Logger): Lifecycle {
  const stops: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (const { name, stop } of stops.reverse()) {
      try {
        await stop();
      } catch (error) {
        logger.error({ err: error, part: name }, 'a part did not stop cleanly');
      }
    }
  }
  return {
    onStop: (name, stop) => void stops.push({ name, stop }),
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/**
 * Runs a service until a signal: `start` registers its stops on the lifecycle it is given.
 * Exit codes: 0 after a signal, 1 when starting failed or something nobody caught was thrown.
 */
export async function runService(logger: Logger, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const lifecycle = createLifecycle(logger);
  const exit = (code: number): void => {
    const late = setTimeout(() => {
      logger.error('stopping took too long; leaving now');
      process.exit(code === 0 ? 1 : code);
    }, STOP_TIMEOUT_MS);
    late.unref();
    void lifecycle.stop().then(() => process.exit(code));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => exit(0));
  process.on('unhandledRejection', (reason) => {
    logger.fatal({ err: reason }, 'a rejection nobody handled');
    exit(1);
  });
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'an exception nobody caught');
    exit(1);
  });
  try {
    await start(lifecycle);
  } catch (error) {
    logger.fatal({ err: error }, error instanceof Error ? error.message : 'the service could not start');
    exit(1);
  }
}
