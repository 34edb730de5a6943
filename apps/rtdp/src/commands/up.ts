/** Brings the platform up and keeps it up until Ctrl-C: parts, then the demo's pipeline, its activity and the live view. */
import { pause } from '@rtdp/service/pause';
import type { GeneratorProcess } from '../demo/generator-process.ts';
import { type LiveViewState, liveView } from '../demo/live-view.ts';
import { demoPath, openDemo } from '../demo/open-demo.ts';
import { PartsTold } from '../output/parts-told.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { commandLineOf } from '../platform/command-line-of.ts';
import type { Platform, Progress } from '../platform/contract.ts';
import type { PlatformPorts } from '../platform/ports.ts';
import { startPlatform } from '../platform/start-platform.ts';
import { loginAddress } from '../session/login-address.ts';
import { openClients } from '../session/open-session.ts';

export interface UpOptions {
  dataFolder?: string;
  host?: string;
  ports: Partial<PlatformPorts>;
  demo: boolean;
  rate?: number;
}

const VIEW_MILLISECONDS = 1_000;
const LINK_MILLISECONDS = 30_000;

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
  const told = new PartsTold(say);
  let platform: Platform;
  try {
    platform = await startPlatform({
      ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }),
      ...(options.host === undefined ? {} : { host: options.host }),
      ports: options.ports,
      demo: options.demo,
      web: true,
      signal: stop.signal,
      onProgress: progressPrinter(say),
      onPart: (part) => told.change(part),
    });
  } catch (error) {
    if (stop.signal.aborted) return;
    throw error;
  }
  try {
    await run(platform, options, screen, say, stop.signal, told);
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
  told: PartsTold,
): Promise<void> {
  const { description } = platform;
  const clients = openClients(description);
  const command = commandLineOf(description);
  let generator: GeneratorProcess | undefined;
  try {
    if (options.demo) {
      const rate = options.rate === undefined ? {} : { rate: options.rate };
      generator = await openDemo({ description, ...rate, say, signal });
    }
    screen.say('');
    const path = options.demo ? await demoPath(clients, say) : '/';
    const address = await loginAddress(clients.davinci, description, { path, milliseconds: LINK_MILLISECONDS });
    screen.say(`Open  ${address}`);
    screen.say(`      The link signs you in once, within ten minutes. Another one:  ${command} login`);
    if (options.demo)
      screen.say(`Make your own change in the shop and see it arrive:  ${command} demo change "Your Name"`);
    screen.say(`Health of every part:  ${command} status`);
    const missing = told.started(platform.parts());
    if (missing !== undefined) screen.say(missing);
    screen.say('Ctrl-C stops everything.');
    screen.say('');
    const state: LiveViewState = new Map();
    while (!signal.aborted) {
      told.look(platform.parts());
      if (options.demo) screen.draw(await liveView(clients, platform, generator?.latest() ?? null, state));
      await pause(VIEW_MILLISECONDS, signal);
    }
  } finally {
    await generator?.stop();
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
