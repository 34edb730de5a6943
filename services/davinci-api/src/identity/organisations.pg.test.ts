/** Proves that organisations are made by the platform's administrator alone, whole or not at all, and that one sees nothing of another. */
import { expect, test } from 'vitest';
import { newOrganisationSchema, sessionSchema } from '../client/identity.ts';
import { davinciFixture } from '../testing/davinci-fixture.ts';

test('an organisation is made with its administrator, who comes in by the link and sees nothing of the others', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const input = { name: 'North', admin: { email: 'Ann@north.example', name: 'Ann' } };
  const editor = await davinci.token({ role: 'editor' });
  for (const method of ['GET', 'POST']) {
    const body = method === 'GET' ? {} : { body: input };
    expect(await ask(method, '/api/organisations', { token: editor, ...body })).toMatchObject({
      status: 403,
      body: { code: 'DAVINCI_ORGANISATIONS_FORBIDDEN' },
    });
  }
  const answer = await ask('POST', '/api/organisations', { body: input });
  expect(answer.status).toBe(201);
  const { organisation, link } = newOrganisationSchema.parse(answer.body);
  const opened = await ask('POST', '/api/session/link', { token: '', body: { code: link.code } });
  const { accessToken: token, user } = sessionSchema.parse(opened.body);
  expect(user).toMatchObject({ email: 'ann@north.example', role: 'admin', organisation: { name: 'North' } });

  // The link is spent, and nobody else of theirs can make another: the platform's administrator can, for administrators alone.
  const again = await ask('POST', '/api/session/links', { body: { email: user.email } });
  expect(again.status).toBe(200);
  const back = await ask('POST', '/api/session/link', { token: '', body: { code: again.body.code } });
  expect(back.body).toMatchObject({ user: { id: user.id } });
  const forget = { email: user.email, forgetPassword: true };
  expect((await ask('POST', '/api/session/links', { body: forget })).status).toBe(404);

  // What runs for others is told to the platform's own alone, and the demo is theirs.
  davinci.health.add('source secret', () => ({ status: 'degraded', detail: 'It is stopped.' }));
  const health = (await ask('GET', '/api/health', { token })).body as { services: { parts: unknown[] }[] };
  expect(health.services.flatMap(({ parts }) => parts)).toEqual([]);
  const ofPlatform = (await ask('GET', '/api/health')).body as { services: { parts: unknown[] }[] };
  expect(ofPlatform.services.flatMap(({ parts }) => parts)).toMatchObject([{ name: 'source secret' }]);

  // The administrator of one organisation is not that of the platform.
  expect((await ask('GET', '/api/organisations', { token })).status).toBe(403);
  expect((await ask('POST', '/api/organisations', { token, body: { ...input, name: 'East' } })).status).toBe(403);
  const dashboard = await davinci.make('/api/dashboards', {
    name: 'Theirs',
    tabs: [{ id: 'a', name: 'A', items: [] }],
  });
  expect((await ask('GET', '/api/dashboards', { token })).body).toMatchObject({ total: 0 });
  expect((await ask('GET', `/api/dashboards/${dashboard.id}`, { token })).status).toBe(404);
  expect((await ask('GET', '/api/users', { token })).body).toMatchObject({ total: 1 });
  const own = { name: 'Ben', email: 'ben@north.example', role: 'viewer' };
  expect((await ask('POST', '/api/users', { token, body: own })).status).toBe(201);
  expect((await ask('POST', '/api/session/links', { body: { email: own.email } })).status).toBe(404);

  const listed = (await ask('GET', '/api/organisations')).body.items as { name: string; users: number }[];
  expect(listed.map(({ name, users }) => [name, users])).toContainEqual(['North', 2]);
  expect(listed).toHaveLength(2);
  const audit = await ask('GET', '/api/audit', { token });
  expect(JSON.stringify(audit.body)).toContain('organisation.create');
  expect(organisation.users).toBe(1);
});

test('a name or an administrator that there is already makes nothing', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const make = (name: string, email: string) =>
    ask('POST', '/api/organisations', { body: { name, admin: { email, name: 'A' } } });
  expect((await make('North', 'a@north.example')).status).toBe(201);
  expect((await make('NORTH', 'b@north.example')).body.code).toBe('DAVINCI_ORGANISATION_EXISTS');
  expect((await make('East', 'A@north.example')).body.code).toBe('DAVINCI_USER_EXISTS');
  const both = await Promise.all([make('West', 'c@west.example'), make('west', 'd@west.example')]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect((await ask('GET', '/api/organisations')).body).toMatchObject({ total: 3 });
});
