/** Opens the demo: the shop's activity, its pipeline, its dashboard; and waits until rows flow. */
import { fileURLToPath } from 'node:url';
import { pause } from '@rtdp/service/pause';
import type { FlowStatus } from '@rtdp/wormhole/client';
import { errorText } from '../output/print-error.ts';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import { type Pipeline, readPipelineFile } from '../pipeline/pipeline-file.ts';
import { planPipeline } from '../pipeline/plan-pipeline.ts';
import type { PlatformDescription } from '../platform/contract.ts';
import { type Clients, openClients } from '../session/open-session.ts';
import { demoVariables } from './demo-variables.ts';
import { type GeneratorProcess, startGeneratorProcess } from './generator-process.ts';
import { setShopRate } from './set-rate.ts';
import { showDemo } from './show-demo.ts';

export interface OpenDemo {
  description: PlatformDescription;
  /** Actions a second; what it was last when not given. */
  rate?: number;
  say(sentence: string): void;
  signal: AbortSignal;
}

const FLOWS_MILLISECONDS = 30_000;
/** As deploy/demo/dashboard.yaml calls it. */
const DASHBOARD = 'Shop live';
const FOLDER = new URL('../../../../deploy/demo/', import.meta.url);

/** The shop goes on until the generator it gives is stopped. */
export async function openDemo(demo: OpenDemo): Promise<GeneratorProcess> {
  const { description, rate, say, signal } = demo;
  const clients = openClients(description);
  const generator = startGeneratorProcess(description.shop.owner.url);
  try {
    say('The shop opens');
    while (generator.latest() === null && !signal.aborted) await pause(50, signal);
    if (rate !== undefined) await setShopRate(description.shop.owner.url, rate);
    const pipeline = demoFile('shop.yaml', description);
    const flowIn = async () => applyPipeline(await planPipeline(pipeline, clients, { prune: false }), clients);
    await inPlace("The demo's pipeline", flowIn, demo);
    await untilRowsFlow(pipeline, clients, demo);
    const shown = ['dashboard.yaml', ...(description.suppliers === undefined ? [] : ['suppliers.yaml'])];
    for (const file of shown) {
      const show = () => showDemo(demoFile(file, description), clients, description.dataFolder);
      await inPlace(`The demo's ${file}`, show, demo);
    }
    return generator;
  } catch (error) {
    await generator.stop();
    throw error;
  }
}

/** The page of the demo's dashboard; home where it is not there. */
export async function demoPath({ davinci }: Clients, say: (sentence: string) => void): Promise<string> {
  try {
    // Of several with its name, which may be there from before, the first that was made is the demo's own.
    const [live] = (await davinci.dashboards.list())
      .filter(({ name }) => name === DASHBOARD)
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt));
    return live === undefined ? '/' : `/dashboards/${live.id}`;
  } catch (error) {
    say(`The dashboard cannot be looked up, so the link opens the first page: ${oneLine(error)}`);
    return '/';
  }
}

function oneLine(error: unknown): string {
  return errorText(error).trimEnd().replaceAll('\n', ' ');
}

/** What cannot be put in place yet does not take the platform down: it is said and tried again, and the parts stay up. */
async function inPlace(what: string, work: () => Promise<string[]>, { say, signal }: OpenDemo): Promise<void> {
  let told = '';
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      for (const step of await work()) say(step);
      return;
    } catch (error) {
      const why = oneLine(error);
      if (why !== told) say(`${what} is not in place yet: ${why}`);
      told = why;
      await pause(Math.min(10_000, attempt * 1_000), signal);
    }
  }
}

function demoFile(name: string, description: PlatformDescription): Pipeline {
  return readPipelineFile(fileURLToPath(new URL(name, FOLDER)), demoVariables(description));
}

/** Waits until the demo's flows store rows, but not for ever: what keeps them is shown by the live view. */
async function untilRowsFlow(pipeline: Pipeline, clients: Clients, { say, signal }: OpenDemo): Promise<void> {
  const deadline = Date.now() + FLOWS_MILLISECONDS;
  while (!signal.aborted && Date.now() < deadline) {
    const statuses = await Promise.all((pipeline.flows ?? []).map(({ name }) => clients.wormhole.status(name)));
    // Somebody has told these not to.
    const awaited = statuses.filter(({ state }) => state !== 'paused' && state !== 'stopped');
    if (awaited.every(storesRows)) return awaited.length === 0 ? undefined : say('Rows flow');
    await pause(100, signal);
  }
  if (!signal.aborted) say('Not every flow runs yet; their rows follow as soon as they do');
}

/** A flow can run before its first row has come, and with it the sink table that the dashboard asks for. */
function storesRows({ state, tables }: FlowStatus): boolean {
  const isThere = ({ partitions }: FlowStatus['tables'][number]) =>
    partitions.some((each) => each.storedOffset !== null);
  return state === 'running' && tables.length > 0 && tables.every(isThere);
}
