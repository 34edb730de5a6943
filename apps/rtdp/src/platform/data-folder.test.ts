/** Shows which data folders are used and which are refused, with the sentence for each. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATA_VERSION, defaultDataFolder, openDataFolder } from './data-folder.ts';
import { platformPorts } from './ports.ts';
import { restartPause } from './supervised-part.ts';

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'rtdp-data-'));
});

afterEach(() => rm(parent, { recursive: true }));

test('a new folder is made and marked, and known the next time', async () => {
  const folder = join(parent, 'new', 'data');
  expect(await openDataFolder(folder)).toBe(true);
  expect(JSON.parse(await readFile(join(folder, 'version.json'), 'utf8'))).toEqual({ version: DATA_VERSION });
  expect(await openDataFolder(folder)).toBe(false);
});

test('a folder of a newer version is refused with both versions', async () => {
  await writeFile(join(parent, 'version.json'), JSON.stringify({ version: DATA_VERSION + 1 }));
  await expect(openDataFolder(parent)).rejects.toMatchObject({
    code: 'RTDP_DATA_NEWER',
    message: expect.stringContaining(
      `${parent} has version ${DATA_VERSION + 1}, this program knows up to ${DATA_VERSION}.`,
    ),
    next: 'Start it with the newer program, or choose another folder with --data or RTDP_DATA.',
  });
});

test("somebody else's folder is left alone", async () => {
  await writeFile(join(parent, 'thesis.txt'), 'years of work');
  await expect(openDataFolder(parent)).rejects.toMatchObject({
    code: 'RTDP_DATA_FOREIGN',
    message: expect.stringContaining('it holds thesis.txt'),
    next: 'Choose an empty folder with --data or RTDP_DATA.',
  });
  await writeFile(join(parent, 'version.json'), 'version one');
  await expect(openDataFolder(parent)).rejects.toMatchObject({ code: 'RTDP_DATA_FOREIGN' });
});

test('a folder that cannot be made says so', async () => {
  await writeFile(join(parent, 'file'), '');
  await expect(openDataFolder(join(parent, 'file', 'data'))).rejects.toMatchObject({
    code: 'RTDP_DATA_UNWRITABLE',
    next: 'Choose a folder that you may write to, with --data or RTDP_DATA.',
  });
  await mkdir(join(parent, 'fine'));
  expect(await openDataFolder(join(parent, 'fine'))).toBe(true);
});

test('RTDP_DATA names the folder; a port comes from the call, the environment, the last start or the defaults, in this order', () => {
  expect(defaultDataFolder({ RTDP_DATA: '/somewhere' })).toBe('/somewhere');
  const ports = platformPorts(
    { kafka: 8001 },
    { shop: 8008, warehouse: 8009 },
    { RTDP_PORT_KAFKA: '8002', RTDP_PORT_SHOP: '8003', RTDP_PORT_DBUS: '' },
  );
  expect(ports).toMatchObject({
    kafka: 8001,
    shop: 8003,
    warehouse: 8009,
    dbus: 7401,
    wormhole: 7402,
    metadata: 7431,
    registry: 7481,
  });
  const wellKnown = [5432, 8080, 9000, 9092];
  expect(Object.values(platformPorts({}, {}, {})).filter((port) => wellKnown.includes(port))).toEqual([]);
});

test.each(['80', 'abc', '65536', '7400.5'])('RTDP_PORT_SHOP=%s is refused with what to do', (text) => {
  expect(() => platformPorts({}, {}, { RTDP_PORT_SHOP: text })).toThrow(
    expect.objectContaining({
      code: 'RTDP_USAGE',
      message: `RTDP_PORT_SHOP is ${text}, and a port is a whole number from 1024 to 65535: lower ones are kept for root, and the servers run as an ordinary user.`,
      next: "Choose another port for the shop's Postgres with --port-shop (or RTDP_PORT_SHOP).",
    }),
  );
});

test('pauses between restarts double up to half a minute', () => {
  expect([1, 2, 3, 6, 7, 50].map(restartPause)).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
});
