/** Decides how a service runs: a Node process of its own, from source, told everything by its environment. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '@rtdp/local/server-process';
import type { ServiceName } from './contract.ts';

export interface ServiceCommand {
  name: ServiceName;
  dataFolder: string;
  pidFile: string;
  logFile: string;
  url: string;
  env: Record<string, string>;
}

/** The program of a service: beside its client entry, which is all that its package shows to others. */
export function serviceProgram(name: ServiceCommand['name']): string {
  return fileURLToPath(new URL('./main.ts', import.meta.resolve(`@rtdp/${name}/client`)));
}

export function serviceProcess(command: ServiceCommand): ServerProcess {
  mkdirSync(command.dataFolder, { recursive: true });
  return new ServerProcess({
    name: command.name,
    command: process.execPath,
    arguments: [serviceProgram(command.name)],
    workingFolder: command.dataFolder,
    env: { ...process.env, ...command.env },
    logFile: command.logFile,
    pidFile: command.pidFile,
    isReady: () => isReady(`${command.url}/ready`),
    readyWithinMilliseconds: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMilliseconds: 20_000,
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Not there yet: it is asked again, and its log says why.
    return false;
  }
}
