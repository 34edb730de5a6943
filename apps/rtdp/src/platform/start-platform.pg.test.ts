/** Shows how a platform is started, refused, given up, supervised, stopped, and found again after a kill -9. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { acceptsConnection } from '@rtdp/local/ports';
import { processExists, signalTree } from '@rtdp/local/process-tree';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import type { PartStatus } from './contract.ts';
import { DATA_VERSION } from './data-folder.ts';
import { readPlatformFile } from './platform-file.ts';
import { rememberedPorts } from './ports.ts';
import { folderHolder } from './running-lock.ts';
import { startPlatform } from './start-platform.ts';
import { platformFolder } from './testing/small-platform.ts';

// Whole servers are made and started: some seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 300_000 });

const SUPERVISOR = fileURLToPath(new URL('./testing/supervisor-main.ts', import.meta.url));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A supervisor in its own process; `lines` is what it has printed. */
function supervisor(options: object): { child: ChildProcess; lines: () => string } {
  const child = spawn(process.execPath, [SUPERVISOR, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  return { child, lines: () => output };
}

test('first start: roles, rights, secret files; second start: the same data', async () => {
  await using folder = await platformFolder(['metadata', 'shop', 'warehouse']);
  let early: Promise<unknown> | undefined;
  const platform = await startPlatform({
    ...folder,
    onPart: () => {
      early ??= readPlatformFile(folder.dataFolder).catch((error: unknown) => error);
    },
  });
  expect(await early).toMatchObject({
    code: 'RTDP_STILL_STARTING',
    message: expect.stringMatching(
      /^The platform is still starting\. So far: metadata \w+, shop \w+, warehouse \w+\.$/,
    ),
  });
  const { shop, metadata, warehouse, files } = platform.description;
  try {
    await platform.allHealthy(60_000);
    for (const file of [files.operatorToken, files.secretKey]) expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(`${folder.dataFolder}/platform.json`)).mode & 0o077).toBe(0);
    await query(shop.owner.url, 'create table orders (id bigint primary key)');
    // The reader can do what publishing a table takes, and the log is there to be read.
    await query(shop.reader.url, 'create publication p for table orders');
    expect(await query(shop.reader.url, 'show wal_level')).toEqual([{ wal_level: 'logical' }]);
    expect(await query(shop.reader.url, 'select rolreplication from pg_roles where rolname = current_user')).toEqual([
      { rolreplication: true },
    ]);
    await query(warehouse.writer.url, 'create table public.made (id int)');
    // Each service has its own schema in the metadata server and cannot see the other's.
    await query(metadata.dbus.url, 'create table dbus.mine (id int)');
    await expect(query(metadata.wormhole.url, 'select * from dbus.mine')).rejects.toThrow('permission denied');
    expect(
      await query(
        metadata.superuser.url,
        "select rolname from pg_roles where rolreplication and rolname not like 'postgres'",
      ),
    ).toEqual([]);
  } finally {
    await platform.stop();
  }
  for (const part of platform.parts()) expect(part).toMatchObject({ state: 'stopped' });
  await expect(readPlatformFile(folder.dataFolder)).rejects.toMatchObject({
    code: 'RTDP_NOT_RUNNING',
    next: `Start it with npm start -- --data ${folder.dataFolder}, or name the folder of another with --data or RTDP_DATA.`,
  });
  const again = await startPlatform(folder);
  expect(await query(again.description.shop.owner.url, 'select * from orders')).toEqual([]);
  expect(again.description.shop.owner.password).toBe(shop.owner.password);
  await again.stop();
});

test('a second one on the same folder is refused with the first one named', async () => {
  await using folder = await platformFolder(['warehouse']);
  const platform = await startPlatform(folder);
  await expect(startPlatform(folder)).rejects.toMatchObject({
    code: 'RTDP_ALREADY_RUNNING',
    message: expect.stringContaining(`Process ${process.pid} has had ${folder.dataFolder} since`),
    next: expect.stringContaining(
      `stop it (Ctrl-C, or kill ${process.pid}), or choose another folder with --data or RTDP_DATA.`,
    ),
  });
  expect(await readPlatformFile(folder.dataFolder)).toEqual(platform.description);
  await platform.stop();
});

test('a taken port is named with its flag, and nothing stays behind', async () => {
  await using folder = await platformFolder(['warehouse']);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(folder.ports.kafka, '127.0.0.1', resolve));
  await expect(startPlatform(folder)).rejects.toMatchObject({
    code: 'LOCAL_PORT_TAKEN',
    message: expect.stringContaining(`Port ${folder.ports.kafka} on 127.0.0.1, meant for Kafka, is not free`),
    next: expect.stringContaining('or choose another port with --port-kafka (or RTDP_PORT_KAFKA).'),
  });
  await new Promise((resolve) => holder.close(resolve));
  expect(existsSync(folder.dataFolder)).toBe(false);
});

test('the ports of a start are kept for the next one only when it came up', async () => {
  await using folder = await platformFolder(['warehouse']);
  await mkdir(folder.dataFolder);
  await writeFile(`${folder.dataFolder}/version.json`, JSON.stringify({ version: DATA_VERSION }));
  await mkdir(`${folder.dataFolder}/warehouse`);
  await writeFile(`${folder.dataFolder}/warehouse/data`, 'where its data should be');
  await expect(startPlatform(folder)).rejects.toThrow('warehouse/data');
  expect(await rememberedPorts(folder.dataFolder)).toEqual({});
  await rm(`${folder.dataFolder}/warehouse/data`);
  await (await startPlatform(folder)).stop();
  expect(await rememberedPorts(folder.dataFolder)).toEqual(folder.ports);
});

test('a disk without room is refused with the real number before anything starts', async () => {
  await using folder = await platformFolder(['warehouse']);
  await expect(startPlatform({ ...folder, neededMegabytes: 1e12 })).rejects.toMatchObject({
    code: 'LOCAL_DISK_FULL',
    message: expect.stringMatching(/has \d+ MB free; 1000000000000 MB are needed/),
    next: expect.stringContaining('or choose another folder with --data or RTDP_DATA.'),
  });
});

test('a part that crashes comes back by itself, and stop works while it is down', async () => {
  await using folder = await platformFolder(['warehouse', 'shop']);
  const told: PartStatus[] = [];
  const platform = await startPlatform({ ...folder, onPart: (status) => told.push(status) });
  const warehouse = () => platform.parts().find((part) => part.name === 'warehouse');
  // What was told: it is down for half a second only, and may be up again when somebody looks.
  const ends = () => told.filter(({ name, detail }) => name === 'warehouse' && detail.startsWith('it ended by itself'));
  const first = warehouse()?.pid ?? 0;
  signalTree(first, 'SIGKILL');
  await expect.poll(() => ends().length, { timeout: 30_000 }).toBe(1);
  expect(ends()[0]).toMatchObject({
    state: 'down',
    detail: expect.stringContaining('it ended by itself (signal SIGKILL); started again in 0.5 s'),
  });
  await expect.poll(() => warehouse(), { timeout: 30_000 }).toMatchObject({ state: 'ok', restarts: 1 });
  const second = warehouse()?.pid ?? 0;
  expect(second).not.toBe(first);
  expect(await query(platform.description.warehouse.writer.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  signalTree(second, 'SIGKILL');
  await expect.poll(() => ends().length, { timeout: 30_000 }).toBe(2);
  await platform.stop();
  expect(platform.parts().map((part) => part.state)).toEqual(['stopped', 'stopped']);
  expect(await acceptsConnection(folder.ports.shop)).toBe(false);
});

test('what a killed supervisor left running is stopped by the next start, with its data kept', async () => {
  await using folder = await platformFolder(['warehouse', 'shop']);
  const { child, lines } = supervisor(folder);
  await expect.poll(lines, { timeout: 120_000 }).toContain('up\n');
  const left = await readPlatformFile(folder.dataFolder);
  await query(left.warehouse.writer.url, 'create table kept as select 7 as seven');
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(await acceptsConnection(folder.ports.warehouse)).toBe(true);
  const told: string[] = [];
  const platform = await startPlatform({ ...folder, onProgress: ({ sentence }) => told.push(sentence) });
  expect(told).toEqual([
    'Stopped warehouse, which a killed start had left running',
    'Stopped shop, which a killed start had left running',
  ]);
  expect(await query(platform.description.warehouse.writer.url, 'select seven from kept')).toEqual([{ seven: 7 }]);
  await platform.stop();
});

test('a first start that was killed while it made its data keeps the next one from nothing', async () => {
  for (let round = 0; round < 3; round++) {
    await using folder = await platformFolder(['warehouse']);
    const { child } = supervisor(folder);
    const making = async () => {
      const names = await readdir(`${folder.dataFolder}/warehouse`).catch(() => []);
      const found = names.find((name) => name.startsWith('data.making'));
      return found === undefined ? [] : readdir(`${folder.dataFolder}/warehouse/${found}`).catch(() => []);
    };
    while ((await making()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const platform = await startPlatform(folder);
    await platform.stop();
    expect(await making()).toEqual([]);
  }
});

test('Ctrl-C stops everything, also after a part has crashed and also while it starts', async () => {
  await using folder = await platformFolder(['warehouse', 'shop']);
  const starting = supervisor(folder);
  await expect.poll(starting.lines, { timeout: 120_000 }).toContain('preparing');
  starting.child.kill('SIGINT');
  await new Promise((resolve) => starting.child.once('exit', resolve));
  expect(await folderHolder(folder.dataFolder)).toBeUndefined();

  const { child, lines } = supervisor(folder);
  await expect.poll(lines, { timeout: 120_000 }).toContain('up\n');
  const { shop } = await readPlatformFile(folder.dataFolder);
  const [{ pid }] = (await query(
    shop.superuser.url,
    "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid",
  )) as [{ pid: number }];
  signalTree(pid, 'SIGKILL');
  child.kill('SIGINT');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  expect(lines()).toContain('stopped\n');
  expect(processExists(pid)).toBe(false);
  expect([await acceptsConnection(folder.ports.shop), await acceptsConnection(folder.ports.warehouse)]).toEqual([
    false,
    false,
  ]);
});
