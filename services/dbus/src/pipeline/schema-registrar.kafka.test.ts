/** Proves that schemas reach a real registry, and that rows flow while the registry does not answer. */
import { connectRegistry } from '@rtdp/bus/registry';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { testRegistry } from '@rtdp/testing/registry';
import { expect, test } from 'vitest';
import { rowsOf, streamFixture } from './testing/stream-fixture.ts';

test('each version is registered, a compatible one under the same subject and an incompatible one under the next', async () => {
  const { url } = await testRegistry();
  const registry = connectRegistry({ url, timeoutMs: 20_000 });
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v varchar(10))');
  const instance = uniqueName('s');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, instance, {}, { registry });
  await source.publish(['t']);
  await source.stream.start();
  await database.query(`insert into t values (1, 'a')`);
  await database.query('alter table t add column extra int');
  await database.query(`insert into t values (2, 'b', 2)`);
  await database.query('begin; alter table t drop column extra; alter table t add column other text; commit');
  await database.query(`insert into t values (3, 'c', 'x')`);
  await source.settle();
  const subjects = async (): Promise<string[]> => {
    const answer = await fetch(`${url}/subjects`);
    return ((await answer.json()) as string[])
      .filter((subject) => subject.includes(instance) && subject.includes('.t'))
      .sort();
  };
  await expect.poll(async () => (await subjects()).length, { timeout: 60_000, interval: 200 }).toBe(2);
  const [first] = await subjects();
  await expect
    .poll(async () => (await fetch(`${url}/subjects/${encodeURIComponent(first!)}/versions`)).json(), {
      timeout: 60_000,
    })
    .toEqual([1, 2]);
  registry.close();
  // The registry alone takes twenty seconds to start, on a quiet machine.
}, 300_000);

test('a dead registry holds no row back', async () => {
  const registry = connectRegistry({ url: 'http://127.0.0.1:9', timeoutMs: 500 });
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture(
    { url: database.url, ...(await testKafka()) },
    uniqueName('s'),
    {},
    { registry },
  );
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t select generate_series(1, 100)');
  await source.settle();
  expect(rowsOf(await source.messages(), 't').length).toBe(100);
  registry.close();
});
