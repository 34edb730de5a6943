import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHealth, type HealthStatus } from '@rtdp/service/health';
import { expect, test, vi } from 'vitest';
import { PlatformHealthCheck } from './platform-health.ts';

test('since when a service is as it is does not hang on when somebody looked', async () => {
  let status: HealthStatus = 'ok';
  let asked = 0;
  const service = createServer((_, response) => {
    asked++;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ status, parts: [] }));
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  let now = Date.UTC(2026, 0, 1, 13, 6);
  const check = new PlatformHealthCheck({
    own: createHealth(),
    services: { dbus: url, wormhole: url, moonbox: url },
    now: () => now,
  });
  const since = async () => (await check.report()).services.map((each) => each.since.slice(11, 16));
  /** A look that began after this was called has been noted, when the one after it asks. */
  const looks = async () => {
    const until = asked + 9;
    await vi.waitUntil(() => asked >= until, { timeout: 50_000, interval: 5 });
  };
  const end = check.watch(10);
  try {
    await looks();
    now += 4 * 60_000;
    expect(await since()).toEqual(['13:06', '13:06', '13:06', '13:06']);
    status = 'degraded';
    await looks();
    now += 5 * 60_000;
    expect(await since()).toEqual(['13:06', '13:10', '13:10', '13:10']);
    end();
    const before = asked;
    await since();
    // Three of `since` itself, and at most three of a look that was under way.
    expect(asked).toBeLessThanOrEqual(before + 6);
  } finally {
    end();
    service.close();
    service.closeAllConnections();
  }
});
