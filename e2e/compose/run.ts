/**
 * Brings docker-compose.yml up as it stands, and asserts the pixel: a row that is committed in the shop's container is seen in a
 * browser, and the dashboard over the suppliers' MariaDB shows its numbers. Needs a Docker engine with the images that the file
 * names, and Chromium.
 *
 *   node_modules/.bin/node e2e/compose/run.ts            docker-compose.yml
 *   node_modules/.bin/node e2e/compose/run.ts --secure   with docker-compose.secure.yml on top: Kafka by SASL and TLS
 *   … --built                          takes the image of the last time
 *   … --keep                           leaves it running
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '@rtdp/local/ports';
import { testBrowser } from '@rtdp/testing/browser';
import { runProgram } from '@rtdp/testing/run-program';
import type { Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROJECT = 'rtdp-e2e';
const UP_MILLISECONDS = 300_000;
const PIXEL_MILLISECONDS = 20_000;

const { values } = parseArgs({
  options: { secure: { type: 'boolean' }, built: { type: 'boolean' }, keep: { type: 'boolean' } },
});
const files = ['-f', 'docker-compose.yml', ...(values.secure === true ? ['-f', 'docker-compose.secure.yml'] : [])];
const environment = {
  ...process.env,
  RTDP_PORT: String(await freePort()),
  RTDP_WIRE_PORT: String(await freePort()),
  RTDP_IMAGE: 'rtdp:e2e',
};
const begun = Date.now();
const say = (sentence: string): void =>
  console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${sentence}`);

try {
  if (values.built !== true) await compose('build', '--quiet');
  say('the image is built');
  await compose('up', '--detach', '--quiet-pull');
  const address = await addressOfDemo();
  say(`docker compose up ended with ${address.replace(/code=.*/, 'code=…')}`);
  await usersAreNotRoot();
  await secretsAreApart();
  await clientSignsIn();
  await watchPixels(address);
  say('passed');
} catch (error) {
  console.error(error);
  console.error(await compose('ps', '--all'));
  console.error(await compose('logs', '--tail', '15').catch(String));
  process.exitCode = 1;
} finally {
  if (values.keep !== true) await compose('down', '--volumes', '--timeout', '20');
}

/** What the container of the demo prints last. */
async function addressOfDemo(): Promise<string> {
  const deadline = Date.now() + UP_MILLISECONDS;
  let log = '';
  while (Date.now() < deadline) {
    log = await compose('logs', '--no-log-prefix', 'demo');
    const found = /Open {2}(http\S+)/.exec(log)?.[1];
    if (found !== undefined) return found;
    await sleep(1_000);
  }
  throw new Error(`the demo printed no address after ${UP_MILLISECONDS / 1000} s:\n${log}`);
}

async function usersAreNotRoot(): Promise<void> {
  const services = (await compose('ps', '--services')).trim().split('\n');
  for (const service of services) {
    const user = (await compose('exec', '-T', service, 'id', '-u')).trim();
    if (user === '0') throw new Error(`${service} runs as root`);
  }
  say(`${services.length} containers run, none as root`);
}

/** A service cannot read what another one signs in with, and only davinci-api has the key that tokens are signed with. */
async function secretsAreApart(): Promise<void> {
  for (const service of ['dbus', 'wormhole', 'moonbox']) {
    const seen = await compose('exec', '-T', service, 'ls', '/run/rtdp');
    if (seen.includes('signingKey')) throw new Error(`${service} has the key that tokens are signed with`);
  }
  await compose('exec', '-T', 'davinci-api', 'test', '-r', '/run/rtdp/signingKey');
  if (values.secure === true) {
    const environmentOfDbus = await compose('exec', '-T', 'dbus', 'cat', '/run/rtdp/environment');
    if (!/^RTDP_KAFKA_SASL=plain:/m.test(environmentOfDbus)) throw new Error('dbus does not sign in to Kafka');
  }
  say('each container has its own secrets');
}

/** As the documents say: a password is made inside the containers, psql comes in with it, and finds what the demo has only just made. */
async function clientSignsIn(): Promise<void> {
  const made = await compose('exec', '-T', 'demo', 'rtdp', '--json', 'password');
  const { user, password } = JSON.parse(made) as { user: string; password: string };
  const target = `host=moonbox port=7435 user=${user} dbname=rtdp sslmode=require`;
  const psql = (command: string): Promise<string> =>
    compose('exec', '-T', '-e', `PGPASSWORD=${password}`, 'shop', 'psql', target, '-At', '-c', command);
  const deadline = Date.now() + PIXEL_MILLISECONDS;
  // psql ends with an error where it finds nothing.
  let described = await psql('\\d warehouse.orders').catch(String);
  while (!/^id\|bigint\|/m.test(described)) {
    if (Date.now() > deadline) throw new Error(`psql was not told what warehouse.orders is:\n${described}`);
    described = await psql('\\d warehouse.orders').catch(String);
  }
  const counted = await psql('select count(*) >= 0 from warehouse.orders');
  if (counted.trim() !== 't') throw new Error(`psql could not count warehouse.orders:\n${counted}`);
  say('psql signs in at the gateway with a password that was made in a container');
}

async function watchPixels(address: string): Promise<void> {
  await using chromium = await testBrowser();
  const page = await chromium.browser.newPage({ reducedMotion: 'reduce', viewport: { width: 1500, height: 1200 } });
  await page.goto(address);
  await untilFull(page, [
    'Orders of the last hour',
    'Largest order of all time',
    'Revenue by category',
    'Where and who',
  ]);
  say('the dashboard stands, with two Postgres joined on it');

  const total = 100_000 + Math.floor(Math.random() * 800_000);
  const sent = Date.now();
  const insert = `insert into orders (customer_id, total, lines) select min(id), ${total}, '[]' from customers`;
  await compose('exec', '-T', 'shop', 'psql', '-qU', 'postgres', 'shop', '-c', insert);
  await page
    .getByLabel('Largest order of all time', { exact: true })
    .locator(`[data-value^="${total}"]`)
    .waitFor({ timeout: PIXEL_MILLISECONDS });
  say(`an order of ${total} was on the screen ${Date.now() - sent} ms after psql was started for it`);

  await page.goto(new URL('/dashboards', address).href);
  await page.getByRole('link', { name: /Suppliers/ }).click();
  await untilFull(page, ['Revenue against target', 'Revenue by supplier']);
  say('the dashboard over two Postgres and a MariaDB stands');
}

async function untilFull(page: Page, widgets: readonly string[]): Promise<void> {
  for (const name of widgets) {
    const widget = page.getByLabel(name, { exact: true }).and(page.locator('[data-widget-id]'));
    await widget.scrollIntoViewIfNeeded({ timeout: 30_000 });
    await widget.and(page.locator('[data-state="full"], [data-state="refreshing"]')).waitFor({ timeout: 30_000 });
  }
}

/** Runs one verb of docker compose and gives what it printed; throws what it complained of. */
async function compose(...words: string[]): Promise<string> {
  const { code, output, errors } = await runProgram(
    'docker',
    ['compose', '--ansi', 'never', '-p', PROJECT, ...files, ...words],
    { environment, folder: ROOT },
  );
  if (code !== 0) throw new Error(`docker compose ${words.join(' ')} ended with ${code}: ${errors.slice(-3_000)}`);
  return output;
}
