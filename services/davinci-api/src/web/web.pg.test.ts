/** What the browser gets beside data: the application, compressed and locked up, and the consoles of the other services with its own token. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, get as request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { healthSchema } from '../client/platform.ts';
import { davinciFixture } from '../testing/davinci-fixture.ts';

test('the application is served for every page, its files for ever, and nothing else of the machine', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'rtdp-web-'));
  const webFolder = join(parent, 'dist');
  await using davinci = await davinciFixture({ webFolder });
  const get = (path: string, headers: Record<string, string> = {}) => fetch(davinci.baseUrl + path, { headers });
  expect((await get('/')).status).toBe(503);
  await mkdir(join(webFolder, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'secret');
  await writeFile(join(webFolder, 'assets', 'main-abc.js'), `console.log(${JSON.stringify('x'.repeat(5_000))})`);
  await writeFile(join(webFolder, 'index.html'), '<!doctype html><title>one</title>');

  for (const path of ['/', '/login', '/dashboards/1?tab=2', '/topics/postgresql.shop', '/topics/a%2Fb.json']) {
    const page = await get(path);
    expect(page.status, path).toBe(200);
    expect(await page.text()).toContain('<title>one</title>');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('cache-control')).toBe('no-cache');
  }
  const script = await get('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' });
  expect(script.headers.get('content-encoding')).toBe('br');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(await script.text()).toContain('xxx');
  const plain = await get('/assets/main-abc.js', { 'accept-encoding': 'identity, br;q=0' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/none.js', '/secret.txt']) {
    const refused = await get(path);
    expect(refused.status, path).toBe(404);
    expect(await refused.text()).not.toBe('secret');
  }
  // A person who types /health means the page, a program the health of this service.
  const pages = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const typed = await navigate(`${davinci.baseUrl}/health`, { accept: pages });
  expect([typed.statusCode, typed.headers.location]).toEqual([302, '/status']);
  // One that watches may accept what a browser does: an ill service must not look to it like a page that is there.
  for (const accept of ['*/*', 'application/json', pages]) {
    expect(await (await get('/health', { accept })).json()).toHaveProperty('parts');
  }
  // The API stays the API, however its path is written.
  for (const path of ['/api/dashboards', '/%61pi/dashboards']) expect((await get(path)).status, path).toBe(401);
  expect((await get('/api/nothing')).status).toBe(404);
  await writeFile(join(webFolder, 'index.html'), '<!doctype html><title>two</title>');
  await utimes(join(webFolder, 'index.html'), new Date(), new Date(Date.now() + 5_000));
  expect(await (await get('/')).text()).toContain('<title>two</title>');
  await rm(parent, { recursive: true });
});

test('a console request reaches the service as it was sent, with the token and nothing that could lead elsewhere', async () => {
  const asked: { request: IncomingMessage; body: string }[] = [];
  const service = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ request, body: Buffer.concat(chunks).toString() });
      response.writeHead(418, { 'content-type': 'application/json', 'set-cookie': 'a=b' });
      response.end('{"code":"MOONBOX_TEAPOT"}');
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  await using davinci = await davinciFixture({ moonboxUrl: `http://127.0.0.1:${port}` });
  const token = await davinci.token({ role: 'editor' });
  const answer = await davinci.ask('POST', '/api/console/moonbox/queries/a%2Fb/cancel?x=1&y=%20', {
    token,
    body: { deep: [1, null] },
    headers: { cookie: 'rtdp_refresh=secret' },
  });
  expect(answer).toMatchObject({ status: 418, body: { code: 'MOONBOX_TEAPOT' } });
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(asked[0]).toMatchObject({
    body: '{"deep":[1,null]}',
    request: { method: 'POST', url: '/queries/a%2Fb/cancel?x=1&y=%20', headers: { authorization: `Bearer ${token}` } },
  });
  expect(asked[0]!.request.headers).not.toHaveProperty('cookie');
  expect((await davinci.ask('GET', '/api/console/moonbox/mounts', { token: '' })).status).toBe(401);
  const viewer = await davinci.token({ role: 'viewer' });
  const sql = await davinci.ask('POST', '/api/console/moonbox/query', { token: viewer, body: { sql: 'select 1' } });
  expect(sql.status).toBe(403);
  // A password of one's own is for everybody; what is beside it in the address is not.
  const passwords = '/api/console/moonbox/passwords';
  for (const [method, path, status] of [
    ['POST', passwords, 418],
    ['DELETE', `${passwords}/somebody`, 418],
    ['POST', `${passwords}/`, 403],
    ['POST', `${passwords}/../query`, 403],
    ['POST', `${passwords}%2f..%2fquery`, 403],
    ['DELETE', `${passwords}/../mounts/shop`, 403],
    ['DELETE', `${passwords}/somebody/else`, 403],
  ] as const) {
    expect((await davinci.ask(method, path, { token: viewer, body: {} })).status, `${method} ${path}`).toBe(status);
  }
  await davinci.ask('GET', '/api/console/moonbox//127.0.0.1:1/mounts', { token });
  expect(asked.at(-1)!.request.url).toBe('//127.0.0.1:1/mounts');
  expect(asked.at(-1)!.request.headers.host).toBe(`127.0.0.1:${port}`);
  const away = await davinci.ask('GET', '/api/console/dbus/sources', { token });
  expect(away).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
  const health = healthSchema.parse((await davinci.ask('GET', '/api/health', { token })).body);
  expect(health.services.map(({ name, status }) => [name, status])).toEqual([
    ['davinci-api', 'ok'],
    ['dbus', 'down'],
    ['wormhole', 'down'],
    ['moonbox', 'down'],
  ]);
  service.close();
});

/** As a browser does when somebody types the address; `fetch` says for itself what it is. */
function navigate(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { ...headers, 'sec-fetch-mode': 'navigate' } }, (response) => {
      response.resume();
      resolve(response);
    }).on('error', reject);
  });
}
