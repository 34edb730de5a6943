/** Decides where each part keeps its files below the data folder. */
import { join } from 'node:path';
import { PART_NAMES, type PartName } from './contract.ts';

/** The program of a part, after which its files are named. */
const PROGRAMS: Record<PartName, string> = {
  metadata: 'postgres',
  shop: 'postgres',
  warehouse: 'postgres',
  shadow: 'postgres',
  kafka: 'kafka',
  registry: 'registry',
  dbus: 'dbus',
  wormhole: 'wormhole',
  moonbox: 'moonbox',
  'davinci-api': 'davinci-api',
};

export function folderOf(dataFolder: string, part: PartName): string {
  return join(dataFolder, part);
}

/** Where a part remembers its process while it runs. */
export function pidFileOf(dataFolder: string, part: PartName): string {
  return join(dataFolder, part, `${PROGRAMS[part]}.pid`);
}

/** Where everything goes that a part prints. */
export function logFileOf(dataFolder: string, part: PartName): string {
  return join(dataFolder, part, `${PROGRAMS[part]}.log`);
}

export function logFiles(dataFolder: string): Record<PartName, string> {
  return Object.fromEntries(PART_NAMES.map((part) => [part, logFileOf(dataFolder, part)])) as Record<PartName, string>;
}
