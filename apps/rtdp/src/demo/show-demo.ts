/** Puts the demo's mounts, views and dashboards in place: each once, so that what a person changed or removed stays so. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline-file.ts';
import type { Kind } from '../pipeline/pipeline-kinds.ts';
import { type PlannedStep, planPipeline } from '../pipeline/plan-pipeline.ts';
import type { Clients } from '../session/open-session.ts';

const RECORD_FILE = 'demo-shown.json';
/** What holds addresses and passwords of the platform's own servers follows them at every start. */
const KEPT_EQUAL: readonly Kind[] = ['mount', 'data source'];

/** Tells what it did, one sentence a thing. */
export async function showDemo(pipeline: Pipeline, clients: Clients, dataFolder: string): Promise<string[]> {
  const file = join(dataFolder, RECORD_FILE);
  const shown = new Set(await readRecord(file));
  const plan = (await planPipeline(pipeline, clients, { prune: false })).filter((step) => isOurs(step, shown));
  const done = await applyPipeline(plan, clients);
  for (const { kind, name } of plan) shown.add(`${kind} ${name}`);
  // After the deed: what a stop interrupts is seen as existing, and kept, by the next start.
  await writeFile(`${file}.new`, `${JSON.stringify([...shown].sort(), null, 2)}\n`);
  await rename(`${file}.new`, file);
  return done;
}

function isOurs({ action, kind, name }: PlannedStep, shown: ReadonlySet<string>): boolean {
  if (KEPT_EQUAL.includes(kind)) return action === 'create' || action === 'change';
  return action === 'create' && !shown.has(`${kind} ${name}`);
}

async function readRecord(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '[]';
  });
  return JSON.parse(text) as string[];
}
