import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DbusClient } from '@rtdp/dbus/client';
import { RtdpError } from '@rtdp/ums/error';
import type { WormholeClient } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { withCommandHint } from './command-hint.ts';

const lists = {
  dbus: {
    listSources: async () => Promise.reject<Awaited<ReturnType<DbusClient['listSources']>>>(new Error('away')),
  },
  wormhole: {
    listFlows: async () => [{ name: 'erp-to-warehouse' }] as Awaited<ReturnType<WormholeClient['listFlows']>>,
  },
};
const notFound = (code: string, facts: Record<string, unknown>) =>
  new RtdpError({ code, message: 'there is none', next: 'List them with GET /flows.', facts });

test('the command line names its own commands, and the name that was meant where it can be asked for', async () => {
  expect(await withCommandHint(notFound('WORMHOLE_FLOW_NOT_FOUND', { flow: 'erp-to-warehose' }), lists)).toMatchObject({
    code: 'WORMHOLE_FLOW_NOT_FOUND',
    next: 'Did you mean erp-to-warehouse? npm run -s rtdp -- flow list names the flows there are.',
  });
  expect(await withCommandHint(notFound('DBUS_SOURCE_NOT_FOUND', { source: 'x' }), lists)).toMatchObject({
    next: 'npm run -s rtdp -- source list names the sources there are.',
  });
  const other = notFound('STORE_REFUSED', {});
  expect(await withCommandHint(other, lists)).toBe(other);
});

test('no hint of a service that names one of its requests reaches who typed a command', async () => {
  const services = join(import.meta.dirname, '../../../../services');
  const files = globSync('{dbus,wormhole}/src/**/*.ts', { cwd: services }).filter((file) => !file.endsWith('.test.ts'));
  const hints = files.flatMap((file) => [
    ...readFileSync(join(services, file), 'utf8').matchAll(
      /code: '([A-Z_]+)',(?:(?!code:).)*?next:(.*?)\n\s+(?:facts|\}\))/gs,
    ),
  ]);
  expect(hints.length).toBeGreaterThan(30);
  const ofRequests = hints
    .filter(([, , next]) => /\b(GET|POST|PUT|PATCH|DELETE) \//.test(next!))
    .map(([, code]) => code!);
  expect(ofRequests.length).toBeGreaterThan(3);
  for (const code of ofRequests) {
    const error = notFound(code, {});
    expect(await withCommandHint(error, lists), `${code} needs a hint of the command line`).not.toBe(error);
  }
});
