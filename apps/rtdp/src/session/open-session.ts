/** Decides how a command finds the services: through the description of a running platform, or by addresses that are given. */
import { readFileSync } from 'node:fs';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import { RtdpError } from '@rtdp/ums/error';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import type { PlatformDescription } from '../platform/contract.ts';
import { defaultDataFolder } from '../platform/data-folder.ts';

export interface Clients {
  dbus: DbusClient;
  wormhole: WormholeClient;
}

export function openClients(platform: PlatformDescription): Clients {
  const token = readFileSync(platform.files.operatorToken, 'utf8').trim();
  return clientsAt(platform.services.dbus.url, platform.services.wormhole.url, token);
}

/** For services that do not run on this machine: RTDP_DBUS_URL, RTDP_WORMHOLE_URL and RTDP_TOKEN. */
export function clientsFromEnvironment(environment: NodeJS.ProcessEnv): Clients | undefined {
  const { RTDP_DBUS_URL: dbus, RTDP_WORMHOLE_URL: wormhole, RTDP_TOKEN: token } = environment;
  if (!dbus && !wormhole && !token) return undefined;
  if (dbus && wormhole && token) return clientsAt(dbus, wormhole, token);
  throw new RtdpError({
    code: 'RTDP_USAGE',
    message: 'RTDP_DBUS_URL, RTDP_WORMHOLE_URL and RTDP_TOKEN go together, and one of them is missing',
    next: 'Set all three to reach services elsewhere, or none to use the platform of this machine.',
  });
}

function clientsAt(dbusUrl: string, wormholeUrl: string, token: string): Clients {
  return {
    dbus: createDbusClient({ baseUrl: dbusUrl, token }),
    wormhole: createWormholeClient({ baseUrl: wormholeUrl, token }),
  };
}

/** Commands a person can copy; they name the data folder only where that is not the usual one. */
export function demoChangeCommand(platform: PlatformDescription): string {
  return `npm run -s rtdp -- demo change "Your Name"${dataOption(platform)}`;
}

export function demoRateCommand(platform: PlatformDescription): string {
  return `npm run -s rtdp -- demo rate 50${dataOption(platform)}`;
}

function dataOption({ dataFolder }: PlatformDescription): string {
  return dataFolder === defaultDataFolder({}) ? '' : ` --data ${dataFolder}`;
}
