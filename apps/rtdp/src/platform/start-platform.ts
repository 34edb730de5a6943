/** Starts the whole platform on this machine and keeps it running: what `npm start` does before the demo. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireFreeSpace } from '@rtdp/local/free-space';
import { checkPart } from './check-parts.ts';
import { commandLineOn } from './command-line-of.ts';
import { PART_NAMES, type PartName, type PartStatus, type Platform, type Progress } from './contract.ts';
import { defaultDataFolder, openDataFolder } from './data-folder.ts';
import { describePlatform } from './describe-platform.ts';
import { platformError } from './error-codes.ts';
import { removePartStates, writePartStates } from './part-states.ts';
import { asGoingOn, asWaiting } from './part-that-waits.ts';
import { removePlatformFile, writePlatformFile } from './platform-file.ts';
import { platformSecrets } from './platform-secrets.ts';
import { type PlatformPorts, platformPorts, rememberedPorts, rememberPorts, requireFreePorts } from './ports.ts';
import { stopLeftovers, takeFolder } from './running-lock.ts';
import { startParts } from './start-parts.ts';
import { SupervisedPart } from './supervised-part.ts';

export interface PlatformOptions {
  dataFolder?: string;
  ports?: Partial<PlatformPorts>;
  host?: string;
  /** Told in sentences what the start is doing. */
  onProgress?: (progress: Progress) => void;
  /** Told whenever the state of a part changes, also long after the start. */
  onPart?: (status: PartStatus) => void;
  /** Gives up the start; what was started is stopped before the promise rejects. */
  signal?: AbortSignal;
  serviceEnvironment?: Record<string, string>;
  /** Builds the web application first, where its sources changed. */
  web?: boolean;
  /** Whether the shop of the demo is opened afterwards; its dashboard can then set its pace. */
  demo?: boolean;
  /** Parts that are not started, for example because others of their kind are used. */
  without?: readonly PartName[];
  /** Free space that must be there, in megabytes. */
  neededMegabytes?: number;
}

/** Four Postgres with their logs, Kafka, and the downloads of a first start. */
const NEEDED_MEGABYTES_NEW = 1500;
const NEEDED_MEGABYTES_AGAIN = 300;
const HEALTH_MILLISECONDS = 2000;
/** How long a stop waits for a data folder that is in the making. */
const PREPARATION_MILLISECONDS = 30_000;

/** What ends first, what ends last: nothing loses the server below it while it is still at work. */
const STOP_STAGES: readonly (readonly PartName[])[] = [
  ['davinci-api'],
  ['moonbox', 'wormhole', 'dbus', 'registry'],
  ['kafka'],
  ['metadata', 'shop', 'warehouse', 'shadow'],
];

/**
 * Starts everything and resolves when rows can flow (the registry may still be starting). Throws `LOCAL_…` or
 * `RTDP_…`; whatever had been started by then is stopped first.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const dataFolder = options.dataFolder ?? defaultDataFolder();
  const host = options.host ?? '127.0.0.1';
  const onProgress = options.onProgress ?? (() => undefined);

  const asked = platformPorts(options.ports);
  // A folder that is made for nothing would be taken for one that was used.
  if (!existsSync(dataFolder)) await requireFreePorts(asked, host);
  const isNew = await openDataFolder(dataFolder);
  const release = await takeFolder(dataFolder);
  const ports = platformPorts(options.ports, await rememberedPorts(dataFolder));
  const names = PART_NAMES.filter((name) => options.without?.includes(name) !== true);
  const parts: ReadonlyMap<PartName, SupervisedPart> = new Map(
    names.map((name) => [
      name,
      new SupervisedPart(name, (status) => {
        writePartStates(dataFolder, statuses());
        options.onPart?.(status);
      }),
    ]),
  );
  const statuses = () => [...parts.values()].map((part) => part.status);
  const underWay: Promise<unknown>[] = [];
  let healthTimer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };
  const stopAll = async (): Promise<void> => {
    clearInterval(healthTimer);
    const stopStages = async (): Promise<void> => {
      for (const stage of STOP_STAGES) await Promise.all(stage.map((name) => parts.get(name)?.stop()));
    };
    await stopStages();
    // A data folder may still be in the making: another start must not meet it half made. What came up meanwhile goes too.
    await Promise.race([Promise.allSettled(underWay), sleep(PREPARATION_MILLISECONDS, undefined, { ref: false })]);
    await stopStages();
    await removePlatformFile(dataFolder);
    removePartStates(dataFolder);
    await release();
  };
  const { aborted, forget } = whenAborted(options.signal, () => void stop());
  try {
    await stopLeftovers(dataFolder, (name) =>
      onProgress({ part: name, sentence: `Stopped ${name}, which a killed start had left running` }),
    );
    const needed = options.neededMegabytes ?? (isNew ? NEEDED_MEGABYTES_NEW : NEEDED_MEGABYTES_AGAIN);
    await requireFreeSpace(dataFolder, needed, '--data or RTDP_DATA');
    await requireFreePorts(ports, host);
    const secrets = await platformSecrets(dataFolder);
    const description = describePlatform(dataFolder, (name) => ({ host, port: ports[name] }), secrets);
    await startParts({
      dataFolder,
      host,
      ports,
      secrets,
      description,
      parts,
      onProgress,
      demo: options.demo ?? false,
      web: options.web ?? false,
      signal: options.signal,
      serviceEnvironment: options.serviceEnvironment ?? {},
      aborted,
      underWay: (work) => void underWay.push(work),
    });
    forget();
    // Not before: what a start that failed was given would stand in the way of the next one.
    await rememberPorts(dataFolder, ports);
    await writePlatformFile(description);
    const unnoticed = new Map<PartName, number>();
    let asking = false;
    healthTimer = setInterval(async () => {
      if (asking) return;
      asking = true;
      await Promise.all([...parts.values()].map((part) => watchHealth(description, part, parts, unnoticed)));
      asking = false;
    }, HEALTH_MILLISECONDS);
    return {
      description,
      parts: statuses,
      allHealthy: (milliseconds) => untilHealthy(dataFolder, statuses, milliseconds),
      stop,
    };
  } catch (error) {
    forget();
    await stop();
    // A part that was stopped under its start fails for that reason, not for its own.
    throw options.signal?.aborted === true ? options.signal.reason : error;
  }
}

/** A promise that rejects when the start is given up, and a way to stop listening for that. */
function whenAborted(signal: AbortSignal | undefined, onAbort: () => void) {
  let listener: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    listener = () => {
      onAbort();
      reject(signal?.reason);
    };
    if (signal?.aborted === true) listener();
    else signal?.addEventListener('abort', listener, { once: true });
  });
  // Nobody waits for it between two steps; the next step does.
  aborted.catch(() => undefined);
  return { aborted, forget: () => signal?.removeEventListener('abort', listener) };
}

/** A service looks again at what it missed every few seconds; one that still misses what answers cannot reach it. */
const NOTICED_MILLISECONDS = 30_000;

/**
 * Asks a part that runs how it is; one that is being started again tells of itself.
 * `unnoticed`: since when, in milliseconds since 1970, a part misses only what answers by now.
 */
async function watchHealth(
  description: Platform['description'],
  part: SupervisedPart,
  parts: ReadonlyMap<PartName, SupervisedPart>,
  unnoticed: Map<PartName, number>,
): Promise<void> {
  const { state, restarts } = part.status;
  if (!part.running || state === 'starting') return;
  const check = await checkPart(description, part.name);
  // It may have ended, or been started again, while it was asked.
  if (!part.running || part.status.restarts !== restarts) return;
  const stateOf = (name: PartName) => parts.get(name)?.status.state;
  const seen = asWaiting(check, stateOf);
  const goingOn = asGoingOn(check, stateOf);
  if (goingOn.state !== 'waiting') unnoticed.delete(part.name);
  else if (!unnoticed.has(part.name)) unnoticed.set(part.name, Date.now());
  const isSoon = Date.now() - (unnoticed.get(part.name) ?? Number.NEGATIVE_INFINITY) < NOTICED_MILLISECONDS;
  const told = isSoon ? goingOn : seen;
  part.report(told.state, told.detail);
}

async function untilHealthy(dataFolder: string, statuses: () => PartStatus[], milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const unwell = statuses().filter((status) => status.state !== 'ok');
    if (unwell.length === 0) return;
    if (Date.now() > deadline) {
      const list = unwell.map((status) => `${status.name} is ${status.state}${status.detail && `: ${status.detail}`}`);
      throw platformError('RTDP_PART_NOT_HEALTHY', {
        detail: `After ${Math.round(milliseconds / 1000)} s ${list.join('; ')}.`,
        next: `Read the log of that part; ${commandLineOn(dataFolder)} status names the file.`,
        facts: { parts: unwell },
      });
    }
    await sleep(100);
  }
}
