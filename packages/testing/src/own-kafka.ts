/** Gives a test a Kafka broker of its own, which it may kill, freeze, restart and configure. */
import { rm } from 'node:fs/promises';
import { type LocalKafka, startKafka } from '@rtdp/local/kafka';
import { freePort } from '@rtdp/local/ports';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';
import { permitHere } from './permission.ts';

export interface OwnKafka extends LocalKafka, AsyncDisposable {}

/** Starts a private broker; `properties` as in server.properties. Use it with `await using`, or call `stop`. */
export async function ownKafka(
  options: { properties?: Record<string, string | number>; heapMegabytes?: number } = {},
): Promise<OwnKafka> {
  await permitHere('kafka');
  return startTestKafka(options);
}

/** The same without asking whether the running file may: for the set-up of a whole run. */
export async function startTestKafka(
  options: { properties?: Record<string, string | number>; heapMegabytes?: number } = {},
): Promise<OwnKafka> {
  const dataFolder = await serverFolder('kafka');
  try {
    const server = await startKafka({
      ...options,
      dataFolder,
      port: await freePort(),
      controllerPort: await freePort(),
    });
    const end = stopAtExit(async () => {
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    });
    // `brokers` and `pid` are read through, so the server itself carries the disposer.
    return Object.assign(server, { [Symbol.asyncDispose]: end });
  } catch (cause) {
    removeServerFolder(dataFolder);
    throw cause;
  }
}
