/** Gives a test a schema registry: the one named in the environment, else its own on the shared Kafka. */
import { rm } from 'node:fs/promises';
import { freePort } from '@rtdp/local/ports';
import { type LocalRegistry, startRegistry } from '@rtdp/local/registry';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';
import { uniqueName } from './names.ts';
import { permitHere } from './permission.ts';
import { sharedKafka } from './shared-servers.ts';

export interface TestRegistry extends AsyncDisposable {
  /** Base address for the registry client. */
  url: string;
  /** The process, when this test started it. */
  own?: LocalRegistry;
}

/** A registry to use; `RTDP_TEST_REGISTRY` saves the 20 s of starting one. `own: true` asks for one to kill. */
export async function testRegistry(options: { own?: boolean } = {}): Promise<TestRegistry> {
  await permitHere('registry');
  const shared = process.env.RTDP_TEST_REGISTRY;
  if (shared && options.own !== true) return { url: shared, [Symbol.asyncDispose]: async () => undefined };
  const brokers = [await sharedKafka()];
  const dataFolder = await serverFolder('registry');
  try {
    const own = await startRegistry({ dataFolder, port: await freePort(), brokers, topic: uniqueName('registry') });
    const end = stopAtExit(async () => {
      await own.stop();
      await rm(dataFolder, { recursive: true, force: true });
    });
    return { url: own.url, own, [Symbol.asyncDispose]: end };
  } catch (cause) {
    removeServerFolder(dataFolder);
    throw cause;
  }
}
