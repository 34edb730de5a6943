/** Starts a platform as its own process, so that a test can kill or interrupt it: takes its options as one JSON argument. */
import { startPlatform } from '../start-platform.ts';

const options = JSON.parse(process.argv[2] ?? '{}');
const giveUp = new AbortController();
let stop = () => Promise.resolve(giveUp.abort(new Error('interrupted')));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    await stop();
    process.stdout.write('stopped\n');
    process.exit(0);
  });
}
const platform = await startPlatform({
  ...options,
  signal: giveUp.signal,
  onPart: (status) => process.stdout.write(`part ${status.name} ${status.state}\n`),
});
stop = () => platform.stop();
process.stdout.write('up\n');
