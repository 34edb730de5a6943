/**
 * What a changed role means at the gateway: a login over the Postgres protocol ends with the role it was made under, also where the gateway was
 * away when the role changed, and with the password for the web application when that is forgotten, and Davinci asks with the role of now.
 */
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createMoonboxClient } from '@rtdp/moonbox/client';
import { testKafka } from '@rtdp/testing/kafka';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { expect, test } from 'vitest';
import { createDavinciClient } from '../client.ts';

test('a changed role, a disabled user and a forgotten password end the password at the gateway, and what their views may read', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const [moonbox, davinci] = [services.service('moonbox'), services.service('davinci-api')];
  await Promise.all([moonbox.start(), davinci.start()]);
  const operator = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token });
  const api = createDavinciClient({ baseUrl: services.baseUrls['davinci-api'], token: services.token });

  const user = await api.createUser({ email: 'edda@example.org', name: 'Edda', role: 'editor' });
  const token = await services.signToken({
    subject: user.id,
    organisationId: FIRST_ORGANISATION_ID,
    roles: ['editor'],
  });
  const edda = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token });
  const holders = async () => (await operator.listPasswords()).items.map((each) => each.user);

  await edda.createPassword();
  expect(await holders()).toEqual([user.id]);
  await api.changeUser(user.id, { name: 'Edda E.' });
  await api.createLoginLink({ email: user.email });
  expect(await holders()).toEqual([user.id]);
  await api.createLoginLink({ email: user.email, forgetPassword: true });
  expect(await holders()).toEqual([]);
  await edda.createPassword();
  await operator.createDatabase('sales');
  await operator.grant({ subject: user.id, database: 'sales' });
  await edda.createView('sales', { name: 'one', sql: 'select 1 as one' });
  const ownerRoles = async () => (await metadata.query('select owner_roles from moonbox.views')).rows[0]?.owner_roles;
  expect(await ownerRoles()).toEqual(['editor']);
  await api.changeUser(user.id, { role: 'viewer' });
  expect(await holders()).toEqual([]);
  expect(await ownerRoles()).toEqual(['viewer']);

  // Told again when the tokens of before are over: what was had with one of them ends, what the new role made stays.
  const due = async () => {
    await metadata.query("update identity.wire_logins_to_end set asked_at = now() - interval '1 hour'");
    const left = async () => (await metadata.query('select 1 from identity.wire_logins_to_end')).rows.length;
    await expect.poll(left, { timeout: 30_000 }).toBe(0);
  };
  await edda.createPassword();
  await due();
  expect(await holders()).toEqual([]);
  await api.changeUser(user.id, { role: 'viewer' });
  const newToken = await services.signToken({
    subject: user.id,
    organisationId: FIRST_ORGANISATION_ID,
    roles: ['viewer'],
  });
  await createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: newToken }).createPassword();
  await due();
  expect(await holders()).toEqual([user.id]);

  await edda.createPassword();
  await moonbox.stop();
  await api.changeUser(user.id, { disabled: true });
  await moonbox.start();
  await expect.poll(holders, { timeout: 30_000 }).toEqual([]);
  expect(await ownerRoles()).toEqual([]);
  expect(await operator.getView('sales', 'one')).toMatchObject({ state: 'broken' });
  await expect(edda.replaceView('sales', 'one', { sql: 'select 2 as one' })).rejects.toMatchObject({
    code: 'IDENTITY_FORBIDDEN',
  });
  await api.changeUser(user.id, { disabled: false });
  expect(await ownerRoles()).toEqual(['viewer']);
  expect(await operator.getView('sales', 'one')).toMatchObject({ state: 'ok' });
}, 180_000);

test('what Davinci asks the gateway for a user, it asks with the role of now, whatever the token says', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const [moonbox, davinci] = [services.service('moonbox'), services.service('davinci-api')];
  await Promise.all([moonbox.start(), davinci.start()]);
  const baseUrl = services.baseUrls['davinci-api'];
  const api = createDavinciClient({ baseUrl, token: services.token });
  const operator = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token });
  await operator.createDatabase('sales');
  await operator.grant({ role: 'editor', database: 'sales' });

  const user = await api.createUser({ email: 'otto@example.org', name: 'Otto', role: 'editor' });
  const identity = { subject: user.id, organisationId: FIRST_ORGANISATION_ID, generation: 0 };
  const token = await services.signToken({ ...identity, roles: ['editor'] });
  const seen = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${baseUrl}/api/console/moonbox/databases`, { headers });
    return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name);
  };
  expect(await seen()).toEqual(['sales']);
  await api.changeUser(user.id, { role: 'viewer' });
  expect(await seen()).toEqual([]);
  // Also the other way round, without signing in again.
  await operator.grant({ role: 'admin', database: 'sales' });
  await api.changeUser(user.id, { role: 'admin' });
  expect(await seen()).toEqual(['sales']);
}, 180_000);
