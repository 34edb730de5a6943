/** Opens the demo: the shop's activity, its pipeline, its dashboard; and waits until rows flow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorText } from '../output/print-error.ts';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import { type Pipeline, readPipelineFile } from '../pipeline/pipeline-file.ts';
import { planPipeline } from '../pipeline/plan-pipeline.ts';
import type { PlatformDescription } from '../platform/contract.ts';
import { type Clients, openClients } from '../session/open-session.ts';
import { demoVariables } from './demo-variables.ts';
import { type GeneratorProcess, startGeneratorProcess } from './generator-process.ts';
import { setShopRate } from './set-rate.ts';

export interface OpenDemo {
  description: PlatformDescription;
  /** Actions a second; what it was last when not given. */
  rate?: number;
  say(sentence: string): void;
  signal: AbortSignal;
}

const FLOWS_MILLISECONDS = 30_000;
const FOLDER = new URL('../../../../deploy/demo/', import.meta.url);

/** The shop goes on until the generator it gives is stopped. */
export async function openDemo({ description, rate, say, signal }: OpenDemo): Promise<GeneratorProcess> {
  const clients = openClients(description);
  const generator = startGeneratorProcess(description.shop.owner.url);
  try {
    say('The shop opens');
    while (generator.latest() === null && !signal.aborted) await sleep(50);
    if (rate !== undefined) await setShopRate(description.shop.owner.url, rate);
    await applyFile('shop.yaml', description, clients, say, signal);
    await untilFlowsRun(clients, say, signal);
    return generator;
  } catch (error) {
    await generator.stop();
    throw error;
  }
}

/** A pipeline that cannot be applied does not take the platform down: it is said, and the parts stay up. */
async function applyFile(
  file: string,
  description: PlatformDescription,
  clients: Clients,
  say: (sentence: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const pipeline: Pipeline = readPipelineFile(fileURLToPath(new URL(file, FOLDER)), demoVariables(description));
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      const plan = await planPipeline(pipeline, clients, { prune: false });
      for (const step of await applyPipeline(plan, clients)) say(step);
      return;
    } catch (error) {
      say(`The demo's ${file} is not in place yet: ${errorText(error).trimEnd().replaceAll('\n', ' ')}`);
      await sleep(Math.min(10_000, attempt * 1_000), undefined, { signal }).catch(() => undefined);
    }
  }
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
