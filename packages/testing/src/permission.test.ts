/** Shows that a server asked for in the wrong file fails with the sentence that says what to rename. */
import { expect, test } from 'vitest';
import { testKafka } from './kafka.ts';
import { ownKafka } from './own-kafka.ts';
import { ownPostgres } from './own-postgres.ts';
import { permit } from './permission.ts';
import { testPostgres } from './postgres.ts';
import { testRegistry } from './registry.ts';

test.each([
  ['postgres', testPostgres, '.pg.test.ts'],
  ['postgres', ownPostgres, '.pg.test.ts'],
  ['kafka', testKafka, '.kafka.test.ts'],
  ['kafka', ownKafka, '.kafka.test.ts'],
  ['registry', testRegistry, '.kafka.test.ts'],
])('this pure file may not ask for %s', async (server, ask, suffix) => {
  const refusal = await (ask as () => Promise<unknown>)().then(
    () => expect.unreachable('a pure test was given a server'),
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({
    code: 'RTDP_TEST_WRONG_SUFFIX',
    message: expect.stringContaining(`permission.test.ts asks for ${server}`),
    next: `Rename the file so that it ends in ${suffix}.`,
  });
});

test('a file with the right suffix is let through, one for less is not', () => {
  permit('postgres', '/x/a.pg.test.ts');
  permit('kafka', '/x/a.kafka.test.ts');
  permit('postgres', '/x/a.kafka.test.ts');
  permit('registry', '/x/a.e2e.test.ts');
  expect(() => permit('kafka', '/x/a.pg.test.ts')).toThrow('asks for kafka');
});
