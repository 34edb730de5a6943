/** Decides how a command finds the services: through the description of a running platform, or by addresses that are given. */
import { readFileSync } from 'node:fs';
import { createDavinciClient, type DavinciClient } from '@rtdp/davinci-api/client';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import { createMoonboxClient, type MoonboxClient } from '@rtdp/moonbox/client';
import { RtdpError } from '@rtdp/ums/error';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import type { PlatformDescription } from '../platform/contract.ts';

export interface Clients {
  dbus: DbusClient;
  wormhole: WormholeClient;
  moonbox: MoonboxClient;
  davinci: DavinciClient;
}

export function openClients(platform: PlatformDescription): Clients {
  const { dbus, wormhole, moonbox, 'davinci-api': davinci } = platform.services;
  const token = readFileSync(platform.files.operatorToken, 'utf8').trim();
  return clientsAt({ dbus: dbus.url, wormhole: wormhole.url, moonbox: moonbox.url, davinci: davinci.url }, token);
}

/**
 * For services that do not run on this machine: RTDP_DBUS_URL, RTDP_WORMHOLE_URL and RTDP_TOKEN, and RTDP_MOONBOX_URL and
 * RTDP_DAVINCI_URL for what is asked of these.
 */
export function clientsFromEnvironment(environment: NodeJS.ProcessEnv): Clients | undefined {
  const { RTDP_DBUS_URL: dbus, RTDP_WORMHOLE_URL: wormhole, RTDP_TOKEN: token } = environment;
  if (!dbus && !wormhole && !token) return undefined;
  if (dbus && wormhole && token) {
    const { RTDP_MOONBOX_URL: moonbox = DEFAULT_MOONBOX, RTDP_DAVINCI_URL: davinci = DEFAULT_DAVINCI } = environment;
    return clientsAt({ dbus, wormhole, moonbox, davinci }, token);
  }
  throw new RtdpError({
    code: 'RTDP_USAGE',
    message: 'RTDP_DBUS_URL, RTDP_WORMHOLE_URL and RTDP_TOKEN go together, and one of them is missing',
    next: 'Set all three to reach services elsewhere, or none to use the platform of this machine.',
  });
}

const DEFAULT_MOONBOX = 'http://127.0.0.1:7403';
const DEFAULT_DAVINCI = 'http://127.0.0.1:7400';

function clientsAt(urls: Record<keyof Clients, string>, token: string): Clients {
  return {
    dbus: createDbusClient({ baseUrl: urls.dbus, token }),
    wormhole: createWormholeClient({ baseUrl: urls.wormhole, token }),
    moonbox: createMoonboxClient({ baseUrl: urls.moonbox, token }),
    davinci: createDavinciClient({ baseUrl: urls.davinci, token }),
  };
}
