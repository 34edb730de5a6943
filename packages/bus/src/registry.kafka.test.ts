/** Proves the schema registry's part on a real one: stable ids, BACKWARD enforced, and no waiting for one that is slow or dead. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { uniqueName } from '@rtdp/testing/names';
import { type TestRegistry, testRegistry } from '@rtdp/testing/registry';
import type { UmsField } from '@rtdp/ums/types';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectRegistry, type Registry } from './registry.ts';
import { subjectOf, toAvroName, toAvroSchema } from './to-avro-schema.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

let server: TestRegistry;
let registry: Registry;

beforeAll(async () => {
  server = await testRegistry();
  registry = connectRegistry({ url: server.url, timeoutMs: 15_000 });
  // Twenty seconds on a quiet machine; as long as it is given to start.
}, 240_000);

afterAll(async () => {
  registry.close();
  await server[Symbol.asyncDispose]();
});

const table = () => ({
  system: 'postgresql',
  instance: 'shop',
  database: 'public',
  table: uniqueName('Orders.2026'),
  version: '1',
  dbPartition: '0',
  tablePartition: '0',
});

const field = (name: string, type: UmsField['type'], more: Partial<UmsField> = {}): UmsField => ({
  name,
  type,
  nullable: false,
  encoded: false,
  ...more,
});

const BASE = [
  field('ums_id_', 'long'),
  field('id', 'long', { key: true, sourceType: 'bigint' }),
  field('total price', 'decimal', { nullable: true }),
];

test('the same schema keeps its id, a nullable column makes a new version, and rows go there and back', async () => {
  const namespace = table();
  const subject = subjectOf(namespace, 1);
  const first = await registry.registerSchema({ subject, schema: toAvroSchema(namespace, BASE) });
  const again = connectRegistry({ url: server.url, timeoutMs: 15_000 });
  expect(await again.registerSchema({ subject, schema: toAvroSchema(namespace, BASE) })).toBe(first);
  again.close();
  const wider = toAvroSchema(namespace, [...BASE, field('note', 'string', { nullable: true })]);
  const second = await registry.registerSchema({ subject, schema: wider });
  expect(second).not.toBe(first);
  const row = { ums_id_: 4, id: 7, total_x20_price: '12.50', note: null };
  const bytes = await registry.encode(second, row);
  expect(bytes[0]).toBe(0);
  expect(bytes.readInt32BE(1)).toBe(second);
  expect({ ...((await registry.decode(bytes)) as object) }).toEqual(row);
});

test('a value that cannot be read says so, and the registry is asked on', async () => {
  const { system, instance, database, table: name } = table();
  const subject = uniqueName('wide');
  const wide = { type: 'record', name: toAvroName(name), namespace: `${system}.${instance}.${database}` };
  const fields = [
    { name: 'id', type: 'long' },
    { name: 'price', type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }], default: null },
  ];
  const id = await registry.registerSchema({ subject, schema: { ...wide, fields } });
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  const value = (hex: string) => Buffer.concat([head, Buffer.from(hex, 'hex')]);
  const read = await registry.decode(value('feffffffffffffffff0102043039'));
  expect({ ...(read as object) }).toEqual({ id: 9223372036854775807n, price: '123.45' });

  await expect(registry.decode(value('feff'))).rejects.toMatchObject({ code: 'BUS_VALUE_INVALID' });
  head.writeInt32BE(2_000_000_000, 1);
  await expect(registry.decode(value('00'))).rejects.toMatchObject({ code: 'BUS_SCHEMA_MISSING' });
  expect(registry.health()).toEqual({ status: 'ok' });
});

test.each([
  ['a column that becomes text', [BASE[0]!, field('id', 'string', { key: true }), BASE[2]!]],
  ['a new column that is never null', [...BASE, field('note', 'string')]],
])('%s is refused with BUS_SCHEMA_INCOMPATIBLE, and taken by the next subject', async (_, fields) => {
  const namespace = table();
  await registry.registerSchema({ subject: subjectOf(namespace, 1), schema: toAvroSchema(namespace, BASE) });
  const changed = toAvroSchema(namespace, fields);
  await expect(registry.registerSchema({ subject: subjectOf(namespace, 1), schema: changed })).rejects.toMatchObject({
    code: 'BUS_SCHEMA_INCOMPATIBLE',
    facts: { subject: subjectOf(namespace, 1), status: 409 },
  });
  expect(await registry.registerSchema({ subject: subjectOf(namespace, 2), schema: changed })).toEqual(
    expect.any(Number),
  );
  expect(registry.health()).toEqual({ status: 'ok' });
});

test('a subject whose compatibility was never set is mended before its second version', async () => {
  const namespace = table();
  const subject = subjectOf(namespace, 1);
  // What is left behind by a process that died between the registration and the setting.
  const response = await fetch(`${server.url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(toAvroSchema(namespace, BASE)) }),
  });
  expect(response.status).toBe(200);
  const changed = toAvroSchema(namespace, [BASE[0]!, field('id', 'string'), BASE[2]!]);
  await expect(registry.registerSchema({ subject, schema: changed })).rejects.toMatchObject({
    code: 'BUS_SCHEMA_INCOMPATIBLE',
  });
});

test('a schema that is none is BUS_SCHEMA_INVALID', async () => {
  const schema = { type: 'record', name: 'a', namespace: 'b', fields: [{ name: 'x', type: 'no such type' }] };
  await expect(registry.registerSchema({ subject: uniqueName('invalid'), schema })).rejects.toMatchObject({
    code: 'BUS_SCHEMA_INVALID',
  });
});

test('a dead registry is said at once, and then left alone for a while', async () => {
  const dead = connectRegistry({ url: 'http://127.0.0.1:1', timeoutMs: 1000, restMs: 60_000 });
  const schema = toAvroSchema(table(), BASE);
  for (let attempt = 0; attempt < 50; attempt++) {
    await expect(dead.registerSchema({ subject: `s${attempt}`, schema })).rejects.toMatchObject({
      code: 'BUS_REGISTRY_UNREACHABLE',
    });
  }
  expect(dead.health()).toMatchObject({ status: 'degraded', restsUntil: expect.any(Number) });
  dead.close();
});

test('a registry that takes the request and never answers costs one time-out, not one per table', async () => {
  let requests = 0;
  const silent = http.createServer(() => {
    requests++;
  });
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  const slow = connectRegistry({
    url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    timeoutMs: 300,
    restMs: 5_000,
  });
  const schema = toAvroSchema(table(), BASE);
  for (let attempt = 0; attempt < 20; attempt++) {
    await expect(slow.registerSchema({ subject: `s${attempt}`, schema })).rejects.toMatchObject({
      code: 'BUS_REGISTRY_UNREACHABLE',
    });
  }
  expect(requests).toBe(1);
  await expect.poll(() => slow.health().restsUntil, { timeout: 15_000 }).toBeUndefined();
  await expect(slow.registerSchema({ subject: 's', schema })).rejects.toMatchObject({
    code: 'BUS_REGISTRY_UNREACHABLE',
  });
  expect(requests).toBe(2);
  slow.close();
  silent.closeAllConnections();
  silent.close();
});
