/** Gives a test a Kafka broker of its own, which it may kill, freeze, restart and configure. */
import { type LocalKafka, startKafka } from '@rtdp/local/kafka';
import { freePort } from '@rtdp/local/ports';
import { ownServer } from './own-server.ts';
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
  return ownServer('kafka', async (dataFolder) =>
    startKafka({ ...options, dataFolder, port: await freePort(), controllerPort: await freePort() }),
  );
}
