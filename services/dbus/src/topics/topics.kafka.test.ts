/** Shows topics through the service's own REST side: who may look, that paging misses and doubles nothing, that rows are found, and that nothing a message holds is an error. */

import type { Bus } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { readMessage } from '@rtdp/ums/message';
import { expect, test, vi } from 'vitest';
import { until } from '../testing/dbus-fixture.ts';
import { dbusProcess } from '../testing/dbus-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const OTHER_ORGANISATION = '00000000-0000-4000-8000-0000000000ff';

test('messages are found, paged, decoded, and shown to those who may see them', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('create table orders (id int primary key, note text); alter table orders replica identity full');
  await using dbus = await dbusProcess({ metadataUrl: metadata.url, brokers });
  const name = uniqueName('s');
  await dbus.client.registerSource({
    name,
    kind: 'postgres',
    connection: connectionOf(shop.url),
    tables: 'all',
    beforeImages: true,
    snapshot: { initial: false },
    heartbeatMs: 200,
  });
  const topic = `postgresql.${name}`;
  await until('it runs', async () => (await dbus.client.getSource(name)).state === 'running' || 'not yet');
  for (let id = 1; id <= 12; id++) await shop.query(`insert into orders values (${id}, 'note ${id}')`);
  await shop.query("update orders set note = 'changed' where id = 7");
  const bus = connectBus({ brokers, clientId: uniqueName('topics') });
  try {
    const all = await until('all rows are there', async () => {
      const found = await messagesOf(bus, topic);
      const ops = found.flatMap(({ ops: each }) => each);
      return ops.filter((op) => op === 'u').length === 1 && ops.filter((op) => op === 'i').length >= 12
        ? found
        : 'not all rows';
    });
    const data = all.filter(({ kind }) => kind.endsWith('_data'));

    const own = (await dbus.client.listTopics()).find((each) => each.name === topic);
    expect(own).toMatchObject({ source: name });
    const viewer = await dbus.clientOf('viewer');
    await expect(viewer.listMessages(topic)).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
    const stranger = await dbus.clientOf('admin', OTHER_ORGANISATION);
    await expect(stranger.listMessages(topic)).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
    expect(await stranger.listTopics()).toEqual([]);
    const editor = await dbus.clientOf('editor');
    await expect(editor.listMessages('rtdp.dbus.positions')).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });

    // Forward and back, page by page: each message once, in the order of each partition.
    for (const from of ['earliest', 'latest'] as const) {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: Awaited<ReturnType<typeof editor.listMessages>> = await editor.listMessages(topic, {
          from,
          limit: 3,
          kinds: 'data',
          ...(cursor === '' ? {} : { cursor }),
        });
        seen.push(...page.messages.map(({ partition, offset }) => `${partition} ${offset}`));
        cursor = page.next;
      }
      expect(seen.toSorted()).toEqual(data.map(({ place }) => place).toSorted());
    }
    const times = (await editor.listMessages(topic, { kinds: 'data' })).messages.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().reverse());

    // By id and by key: exactly what holds it.
    const changed = data.find(({ ops }) => ops.includes('u'))!;
    const id = changed.ids.at(-1)!;
    const byId = await editor.listMessages(topic, { id });
    expect(byId.messages.map(({ partition, offset }) => `${partition} ${offset}`)).toEqual([changed.place]);
    const [newest] = byId.messages;
    const byKey = await editor.listMessages(topic, { key: '7', namespace: 'orders' });
    expect(byKey.messages.map(({ partition, offset }) => `${partition} ${offset}`)).toContain(changed.place);
    const holders = data.filter(({ keys }) => keys.includes('7')).map(({ place }) => place);
    expect(byKey.messages.map(({ partition, offset }) => `${partition} ${offset}`).toSorted()).toEqual(
      holders.toSorted(),
    );
    const later = await editor.listMessages(topic, { from: 'time', time: newest!.at, kinds: 'data' });
    expect(later.messages.map(({ partition, offset }) => `${partition} ${offset}`)).toContain(changed.place);
    expect(later.messages.every(({ at }) => at >= newest!.at)).toBe(true);

    const detail = await editor.getMessage(topic, newest!.partition, newest!.offset);
    const column = (field: string) =>
      detail.tuples.slice(-2).map((row) => row[detail.fields.findIndex((each) => each.name === field)]);
    expect({ operations: column('ums_op_'), notes: column('note') }).toEqual({
      operations: ['b', 'u'],
      notes: ['note 7', 'changed'],
    });
    expect(detail.context).toMatchObject({ source: topic, position: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) });
    expect(readMessage(Buffer.from(detail.raw, 'base64')).namespace).toBe(detail.namespace);
    await expect(editor.getMessage(topic, 0, '999999999')).rejects.toMatchObject({ code: 'DBUS_MESSAGE_NOT_FOUND' });

    // Whatever else lies in the topic is shown as what it is.
    const strange = [
      Buffer.from('plain words'),
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.from([0, 0, 0, 0, 9, 2, 4]),
      null,
      Buffer.from('{"protocol": {"type": "data_increment_data", "version": "1.3"}'),
    ];
    await bus.producer().send(
      topic,
      strange.map((value) => ({ partition: 0, key: 'strange', value })),
    );
    await until('what is strange is there', async () => (await countOf(bus, topic, 'strange')) === 5 || 'not all');
    const odd = await editor.listMessages(topic, { from: 'earliest', key: 'strange' });
    expect(odd.messages.map(({ form, problem }) => [form, problem?.code])).toEqual([
      ['text', undefined],
      ['bytes', undefined],
      ['avro', undefined],
      ['tombstone', undefined],
      ['text', 'UMS_NOT_JSON'],
    ]);
    const avro = await editor.getMessage(topic, 0, odd.messages[2]!.offset);
    expect(avro.problem).toMatchObject({
      code: 'DBUS_MESSAGE_NOT_DECODED',
      next: expect.stringContaining('RTDP_REGISTRY_URL'),
    });

    // Large ones, back from the end in portions that would not fit into memory as they come: still each once, the newest first.
    const large = Array.from({ length: 30 }, () => ({
      partition: 1,
      key: 'large',
      value: Buffer.from('x'.repeat(300_000)),
    }));
    const producer = bus.producer();
    for (const message of large) await producer.send(topic, [message]);
    await until('what is large is there', async () => (await countOf(bus, topic, 'large')) === 30 || 'not all');
    const offsets: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof editor.listMessages>> = await editor.listMessages(topic, {
        key: 'large',
        limit: 7,
        ...(cursor === '' ? {} : { cursor }),
      });
      // Not much more than it shows is read for a page.
      if (page.messages.length === 7) expect(page.looked.bytes).toBeLessThan(20_000_000);
      offsets.push(...page.messages.map(({ offset }) => Number(offset)));
      cursor = page.next;
    }
    expect(offsets).toHaveLength(large.length);
    expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => b - a));
    await expect(editor.listMessages(topic, { cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'DBUS_TOPIC_QUESTION_INVALID',
    });
  } finally {
    await dbus.client.removeSource(name, { force: true });
    await bus.admin().deleteTopic(topic);
    await bus.close();
  }
});

test("a topic is its organisation's, whoever names it; one that is nobody's is given away before anybody may", async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('create table orders (id int primary key)');
  await using dbus = await dbusProcess({ metadataUrl: metadata.url, brokers });
  const definitionOf = (more: { topic?: string } = {}) => ({
    name: uniqueName('s'),
    kind: 'postgres' as const,
    connection: connectionOf(shop.url),
    tables: 'all' as const,
    autoStart: false,
    ...more,
  });
  const bus = connectBus({ brokers, clientId: uniqueName('topics') });
  const found = uniqueName('found');
  await bus.admin().ensureTopic({ topic: found, partitions: 1 });
  try {
    const operator = dbus.client;
    const stranger = await dbus.clientOf('admin', OTHER_ORGANISATION);
    const editor = await dbus.clientOf('editor', OTHER_ORGANISATION);

    // To name it was enough to read it.
    await expect(stranger.registerSource(definitionOf({ topic: found }))).rejects.toMatchObject({
      code: 'DBUS_TOPIC_UNOWNED',
    });
    await expect(editor.listMessages(found)).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
    for (const topic of ['rtdp.dbus.positions', '__consumer_offsets']) {
      await expect(stranger.registerSource(definitionOf({ topic }))).rejects.toMatchObject({
        code: 'DBUS_TOPIC_FORBIDDEN',
      });
    }
    expect(await stranger.listSources()).toEqual([]);

    await expect(stranger.giveTopic(found, OTHER_ORGANISATION)).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
    expect(await operator.topicOwner(found)).toEqual({ topic: found, organisationId: null });
    await operator.giveTopic(found, OTHER_ORGANISATION);
    await expect(operator.giveTopic(found, FIRST_ORGANISATION_ID)).rejects.toMatchObject({
      code: 'DBUS_TOPIC_FORBIDDEN',
    });
    await expect(operator.giveTopic(uniqueName('none'), OTHER_ORGANISATION)).rejects.toMatchObject({
      code: 'DBUS_TOPIC_NOT_FOUND',
    });
    expect((await editor.listMessages(found)).messages).toEqual([]);
    expect((await editor.listTopics()).map(({ name, organisationId }) => [name, organisationId])).toEqual([
      [found, OTHER_ORGANISATION],
    ]);
    await stranger.registerSource(definitionOf({ topic: found }));
    await expect(operator.registerSource(definitionOf({ topic: found }))).rejects.toMatchObject({
      code: 'DBUS_TOPIC_FORBIDDEN',
    });

    // Taken before Kafka has it, and kept when the source is gone.
    const first = definitionOf();
    const { topic } = await operator.registerSource(first);
    await expect(stranger.registerSource(definitionOf({ topic }))).rejects.toMatchObject({
      code: 'DBUS_TOPIC_FORBIDDEN',
    });
    // Nor its name in Kafka, under which positions and schemas are kept, with a topic of one's own.
    await expect(
      stranger.registerSource({ ...definitionOf({ topic: uniqueName('own') }), instance: first.name }),
    ).rejects.toMatchObject({ code: 'DBUS_SOURCE_EXISTS' });
    await expect(
      operator.registerSource({ ...definitionOf({ topic: uniqueName('own') }), instance: first.name }),
    ).rejects.toMatchObject({ code: 'DBUS_SOURCE_EXISTS' });
    await operator.removeSource(first.name);
    await expect(stranger.registerSource(definitionOf({ topic }))).rejects.toMatchObject({
      code: 'DBUS_TOPIC_FORBIDDEN',
    });
    await expect(
      stranger.registerSource({ ...definitionOf({ topic: uniqueName('own') }), instance: first.name }),
    ).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
    await expect(stranger.topicOwner(topic)).rejects.toMatchObject({ code: 'DBUS_TOPIC_FORBIDDEN' });
    await operator.registerSource(first);
    await operator.removeSource(first.name);
  } finally {
    await bus.admin().deleteTopic(found);
    await bus.close();
  }
});

interface Held {
  place: string;
  kind: string;
  ids: string[];
  ops: string[];
  keys: string[];
}

/** How many messages of this key are seen: what is sent while the transaction of a heartbeat is open is seen after it. */
async function countOf(bus: Bus, topic: string, wanted: string): Promise<number> {
  let count = 0;
  for (const { partition, low } of await bus.admin().topicOffsets(topic)) {
    for await (const { messages } of bus.readFrom(topic, partition, low)) {
      count += messages.filter(({ key }) => String(key) === wanted).length;
    }
  }
  return count;
}

/** Everything in the topic, read straight from Kafka. */
async function messagesOf(bus: Bus, topic: string): Promise<Held[]> {
  const held: Held[] = [];
  for (const { partition, low, high } of await bus.admin().topicOffsets(topic)) {
    if (low === high) continue;
    for await (const batch of bus.readFrom(topic, partition, low, { until: high })) {
      for (const { value, offset } of batch.messages) {
        const message = readMessage(value!);
        const column = (name: string): string[] => {
          const at = message.fields.findIndex((field) => field.name === name);
          return at === -1 ? [] : message.rows.map((row) => String(row[at]));
        };
        held.push({
          place: `${partition} ${offset}`,
          kind: message.kind,
          ids: column('ums_id_'),
          ops: column('ums_op_'),
          keys: column('id'),
        });
      }
    }
  }
  return held;
}
