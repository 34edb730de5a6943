/** Brings the platform up and keeps it up until Ctrl-C: parts, then the demo's pipeline, its activity and the live view. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { demoVariables } from '../demo/demo-variables.ts';
import { startGeneratorProcess } from '../demo/generator-process.ts';
import { type LiveViewState, liveView } from '../demo/live-view.ts';
import { setShopRate } from '../demo/set-rate.ts';
import { errorText } from '../output/print-error.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import { readPipelineFile } from '../pipeline/pipeline-file.ts';
import { planPipeline } from '../pipeline/plan-pipeline.ts';
import type { Platform, Progress } from '../platform/contract.ts';
import type { PlatformPorts } from '../platform/ports.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { type Clients, demoChangeCommand, openClients } from '../session/open-session.ts';

export interface UpOptions {
  dataFolder?: string;
  host?: string;
  ports: Partial<PlatformPorts>;
  demo: boolean;
  rate?: number;
}

const VIEW_MILLISECONDS = 1_000;
const FLOWS_MILLISECONDS = 30_000;
const DEMO_FILE = fileURLToPath(new URL('../../../../deploy/demo/shop.yaml', import.meta.url));

/** Resolves when it was asked to stop and everything it started has stopped. */
export async function up(options: UpOptions): Promise<void> {
  const screen = createScreen(process.stdout, Date.now);
  const started = Date.now();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      screen.say('Stopping; this takes a few seconds.');
      stop.abort(new Error('stopped before everything had started'));
    });
  }
  const say = (sentence: string): void => screen.say(`${elapsed(started)}  ${sentence}`);
  let isStarting = true;
  let platform: Platform;
  try {
    platform = await startPlatform({
      ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }),
      ...(options.host === undefined ? {} : { host: options.host }),
      ports: options.ports,
      demo: options.demo,
      signal: stop.signal,
      onProgress: progressPrinter(say),
      onPart: ({ name, state, detail }) => {
        // A part that waits for another one while everything starts is not ill.
        if (state === 'ok' || state === 'down' || (state === 'degraded' && !isStarting))
          say(`${name}: ${state}${detail && ` – ${detail}`}`);
      },
    });
  } catch (error) {
    if (stop.signal.aborted) return;
    throw error;
  }
  try {
    await run(platform, options, screen, say, stop.signal, () => {
      isStarting = false;
    });
  } finally {
    await platform.stop();
    screen.say('Stopped.');
  }
}

async function run(
  platform: Platform,
  options: UpOptions,
  screen: Screen,
  say: (sentence: string) => void,
  signal: AbortSignal,
  onStarted: () => void,
): Promise<void> {
  const { description } = platform;
  const clients = openClients(description);
  let generator: ReturnType<typeof startGeneratorProcess> | undefined;
  try {
    if (options.demo) {
      generator = startGeneratorProcess(description.shop.owner.url);
      say('The shop opens');
      await untilShopHasTables(generator, signal);
      if (options.rate !== undefined) await setShopRate(description.shop.owner.url, options.rate);
      await applyDemo(platform, say, signal);
      await untilFlowsRun(clients, say, signal);
    }
    onStarted();
    screen.say('');
    screen.say(
      `The platform runs. DBus: ${description.services.dbus.url}/docs  Wormhole: ${description.services.wormhole.url}/docs`,
    );
    screen.say(`Token of the operator: ${description.files.operatorToken}`);
    if (options.demo)
      screen.say(`Make your own change in the shop and see it arrive:  ${demoChangeCommand(description)}`);
    screen.say('Ctrl-C stops everything.');
    screen.say('');
    const state: LiveViewState = { publishedRows: 0, lookedAt: 0 };
    while (!signal.aborted) {
      if (options.demo) screen.draw(await liveView(clients, platform, generator?.latest() ?? null, state));
      await sleep(VIEW_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await generator?.stop();
  }
}

async function untilShopHasTables(generator: { latest(): unknown }, signal: AbortSignal): Promise<void> {
  while (generator.latest() === null && !signal.aborted) await sleep(50);
}

/** Waits for the demo's flows, but not for ever: what keeps them is shown by the live view. */
async function untilFlowsRun(clients: Clients, say: (sentence: string) => void, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + FLOWS_MILLISECONDS;
  while (!signal.aborted && Date.now() < deadline) {
    const flows = await clients.wormhole.listFlows();
    if (flows.length > 0 && flows.every(({ state }) => state === 'running')) return say('Rows flow');
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
}

/** A pipeline that cannot be applied does not take the platform down: it is said, and the parts stay up. */
async function applyDemo(platform: Platform, say: (sentence: string) => void, signal: AbortSignal): Promise<void> {
  const clients = openClients(platform.description);
  const pipeline = readPipelineFile(DEMO_FILE, demoVariables(platform.description));
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const plan = await planPipeline(pipeline, clients, { prune: false });
      for (const step of await applyPipeline(plan, clients)) say(step);
      return;
    } catch (error) {
      say(`The demo's pipeline is not in place yet: ${errorText(error).trimEnd().replaceAll('\n', ' ')}`);
      await sleep(Math.min(10_000, attempt * 1_000), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Counted progress is said at each tenth, everything else as it comes. */
function progressPrinter(say: (sentence: string) => void): (progress: Progress) => void {
  const tenths = new Map<string, number>();
  return ({ sentence, done, total }) => {
    if (done === undefined || total === undefined || total === 0) return say(sentence);
    const tenth = Math.floor((done * 10) / total);
    if (tenths.get(sentence) === tenth) return;
    tenths.set(sentence, tenth);
    say(`${sentence} (${tenth * 10} %)`);
  };
}

function elapsed(started: number): string {
  return `${((Date.now() - started) / 1_000).toFixed(1).padStart(6)} s`;
}
