/** Shows whether every part is well; the exit code says the same to a program. */

import { renderJson, renderTable } from '../output/table.ts';
import { checkParts } from '../platform/check-parts.ts';
import type { PlatformDescription } from '../platform/contract.ts';
import { readPartStates } from '../platform/part-states.ts';
import { asOneLook } from '../platform/part-that-waits.ts';

export interface StatusResult {
  text: string;
  healthy: boolean;
}

/** One line a part; healthy only when every part is. */
export async function platformStatus(platform: PlatformDescription, json: boolean): Promise<StatusResult> {
  const checks = asOneLook(await checkParts(platform), await readPartStates(platform.dataFolder));
  const healthy = checks.every(({ state }) => state === 'ok');
  if (json) return { healthy, text: renderJson({ healthy, dataFolder: platform.dataFolder, parts: checks }) };
  const table = renderTable(
    checks,
    [
      { title: 'part', value: ({ name }) => name },
      { title: 'state', value: ({ state }) => state },
      { title: 'address', value: ({ name }) => addressOf(platform, name) },
    ],
    '',
  );
  // Below the table: beside the addresses a sentence would make every line of it too wide to read.
  const words = checks
    .filter(({ state }) => state !== 'ok')
    .map(
      ({ name, state, detail }) =>
        `\n${name}: ${state}${state === 'waiting' ? ' ' : ', '}${detail}\n  Its log: ${platform.files.logs[name]}\n`,
    );
  return { healthy, text: table + words.join('') };
}

function addressOf(platform: PlatformDescription, name: keyof PlatformDescription['files']['logs']): string {
  switch (name) {
    case 'metadata':
      return `${platform.metadata.superuser.host}:${platform.metadata.superuser.port}`;
    case 'shop':
      return `${platform.shop.owner.host}:${platform.shop.owner.port}`;
    case 'warehouse':
      return `${platform.warehouse.writer.host}:${platform.warehouse.writer.port}`;
    case 'shadow':
      return `${platform.shadow.superuser.host}:${platform.shadow.superuser.port}`;
    case 'kafka':
      return platform.kafka.brokers.join(',');
    case 'registry':
      return platform.registry.url;
    case 'dbus':
      return `${platform.services.dbus.url}/docs`;
    case 'wormhole':
      return `${platform.services.wormhole.url}/docs`;
    case 'moonbox':
      return `${platform.services.moonbox.url}/docs, Postgres clients at ${platform.wire.host}:${platform.wire.port}`;
    case 'davinci-api':
      return platform.services['davinci-api'].url;
  }
}
