/** Runs a bench or a torture by name within its time, and turns what it returns into the one line of JSON. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { descendants, processExists, signalProcess, signalTree } from '@rtdp/local/process-tree';
import { sweepLeftovers } from '@rtdp/testing/leftovers';
import type { Measured } from './measured-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROCESS = fileURLToPath(new URL('./measured-process.ts', import.meta.url));
const STOP_SECONDS = 15;

export interface MeasuredRun {
  /** Path of the file that exports `run`. */
  file: string;
  seed: number;
  quick: boolean;
  limitSeconds: number;
}

export type Outcome = { ok: true; measured: Measured } | { ok: false; why: string };

/** The names below `folder` (for example `bench`) that have a `run.ts`. */
export function namesIn(folder: string, root = ROOT): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => existsSync(join(path, name, 'run.ts')))
    .sort();
}

export function runFile(folder: string, name: string, root = ROOT): string {
  return join(root, folder, name, 'run.ts');
}

/** The process that runs now, for whoever has to stop everything. */
const running = new Set<number>();

/** Tells what runs to stop, and ends it when it does not. */
export async function stopMeasured(): Promise<void> {
  const stopping = [...running];
  // Noted now: when the process is gone, nothing tells any more which ones were its children.
  const all = stopping.flatMap((pid) => [pid, ...descendants(pid)]);
  for (const pid of stopping) signalTree(pid, 'SIGTERM');
  for (let waited = 0; waited < STOP_SECONDS * 10 && running.size > 0; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const pid of all) if (processExists(pid)) signalProcess(pid, 'SIGKILL');
}

/** Runs it in a child; its output passes through. Never throws: what went wrong is in the outcome. */
export async function runMeasured(run: MeasuredRun): Promise<Outcome> {
  const child = spawn(process.execPath, [PROCESS, run.file, String(run.seed), String(run.quick)], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const pid = child.pid;
  let measured: unknown;
  let stopping: Promise<void> | undefined;
  child.on('message', (message) => {
    measured = message;
  });
  if (pid !== undefined) running.add(pid);
  const limit = setTimeout(() => {
    stopping = stopMeasured();
  }, run.limitSeconds * 1000);
  const ending = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  clearTimeout(limit);
  if (pid !== undefined) running.delete(pid);
  await stopping;
  sweepLeftovers();
  if (stopping !== undefined) return { ok: false, why: `it was not done after ${run.limitSeconds} s and was stopped` };
  if (ending !== 'exit code 0') return { ok: false, why: `it ended with ${ending}` };
  if (!isMeasured(measured)) return { ok: false, why: 'its run() did not return {figures, ratios}' };
  return { ok: true, measured };
}

function isMeasured(value: unknown): value is Measured {
  const measured = value as Partial<Measured> | null | undefined;
  return typeof measured?.figures === 'object' && typeof measured.ratios === 'object';
}

/** The least of the ratios, or null when no figure has a bar. */
export function leastRatio(ratios: Record<string, number>): number | null {
  const values = Object.values(ratios);
  return values.length === 0 ? null : Math.min(...values);
}

/** The line that ends every bench and torture. */
export function resultLine(name: string, { figures, ratios }: Measured): string {
  return JSON.stringify({ name, figures, ratio: leastRatio(ratios) });
}
