/** Signing in by password and by link, sessions that end when a token comes back, and roles that count at once. */

import { listOf } from '@rtdp/service/answer-shapes';
import { expect, test } from 'vitest';
import { sessionSchema, userSchema } from '../client/identity.ts';
import { auditSchema } from '../client/platform.ts';
import { davinciFixture } from '../testing/davinci-fixture.ts';
import type { SignedViewer } from './accounts.ts';

const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';

test('the first administrator comes in by a link, sets a password, and the old sign-ins end', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  expect((await ask('POST', '/api/session/links', { token: '', body: {} })).status).toBe(401);
  const viewer = await davinci.token({ role: 'viewer' });
  expect((await ask('POST', '/api/session/links', { token: viewer, body: {} })).status).toBe(403);
  const { code } = (await ask('POST', '/api/session/links', { body: {} })).body;

  const opened = await ask('POST', '/api/session/link', { token: '', body: { code } });
  expect(opened.body.user).toMatchObject({ email: 'admin@rtdp.local', role: 'admin', passwordSet: false });
  const set = opened.headers.getSetCookie()[0] ?? '';
  expect(set).toMatch(/HttpOnly/);
  expect(set).toMatch(/SameSite=Strict/);
  expect(set).toMatch(/Path=\/api\/session/);
  expect((await ask('POST', '/api/session/link', { token: '', body: { code } })).status).toBe(401);

  const { accessToken: token } = sessionSchema.parse(opened.body);
  const changed = await ask('POST', '/api/me/password', { token, body: { password: 'correct horse battery' } });
  expect(changed.status).toBe(200);
  const old = { cookie: cookieOf(opened.headers) };
  expect((await ask('POST', '/api/session/refresh', { token: '', headers: old })).status).toBe(401);
  const fresh = { cookie: cookieOf(changed.headers) };
  expect((await ask('POST', '/api/session/refresh', { token: '', headers: fresh })).status).toBe(200);
  // What was signed in before is over, at once; what begins with the new password is not.
  expect(await ask('GET', '/api/me', { token })).toMatchObject({ status: 401, body: { next: 'Sign in again.' } });
  const { accessToken: newToken } = sessionSchema.parse(changed.body);
  expect((await ask('GET', '/api/me', { token: newToken })).status).toBe(200);
  const weak = await ask('POST', '/api/me/password', { token: newToken, body: { password: 'another one, long' } });
  expect(weak.body.code).toBe('DAVINCI_LOGIN_FAILED');

  const login = { email: 'ADMIN@rtdp.local', password: 'correct horse battery' };
  expect((await ask('POST', '/api/session', { token: '', body: login })).status).toBe(200);
  const text = JSON.stringify((await davinci.metadata.query('select * from identity.users')).rows);
  expect(text).toContain('$argon2id$');
  expect(text).not.toContain('battery');
  const keySet = (await ask('GET', '/.well-known/jwks.json', { token: '' })).body;
  expect(keySet).toHaveProperty('keys.0.x');
  expect(keySet).not.toHaveProperty('keys.0.d');
});

test('a changed password ends what is under way, and what a crash right after the change has left', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const body = { email: 'ada@rtdp.local', name: 'Ada', role: 'editor', password: 'a long password' };
  const { id } = await davinci.make('/api/users', body);
  const login = () => ask('POST', '/api/session', { token: '', body: { email: body.email, password: body.password } });
  const refresh = ({ headers }: { headers: Headers }) =>
    ask('POST', '/api/session/refresh', { token: '', headers: { cookie: cookieOf(headers) } });
  const link = async () => (await ask('POST', '/api/session/links', { body: { email: body.email } })).body.code;
  const enter = (code: unknown) => ask('POST', '/api/session/link', { token: '', body: { code } });
  const before = await login();
  const [first, second] = [await link(), await link()];
  const opened = await enter(first);
  expect((await refresh(opened)).status).toBe(200);

  // The change is there, and whoever made it died before anything was marked as ended.
  await davinci.metadata.query('update identity.users set generation = generation + 1');
  expect([(await refresh(before)).status, (await enter(second)).status]).toEqual([401, 401]);
  const after = await login();
  expect((await refresh(after)).status).toBe(200);
  expect((await enter(await link())).status).toBe(200);

  // The change comes when the password has been read, and before the sign-in is kept.
  await davinci.metadata.query(`
    create function identity.change() returns trigger language plpgsql as $$ begin
      update identity.users set generation = generation + 1 where id = new.user_id;
      return new;
    end $$`);
  await davinci.metadata.query(
    'create trigger change before insert on identity.sessions for each row execute function identity.change()',
  );
  const late = await login();
  await davinci.metadata.query('drop trigger change on identity.sessions');
  expect((await refresh(late)).status).toBe(401);
  expect((await ask('GET', '/api/me', { token: String(late.body.accessToken) })).status).toBe(401);

  // Of two changes at once from the same password one counts, and only its sign-in goes on.
  const { accessToken: token } = sessionSchema.parse((await login()).body);
  const changes = await Promise.all(
    ['the one password', 'the other password'].map((password) =>
      ask('POST', '/api/me/password', { token, body: { current: body.password, password } }),
    ),
  );
  expect(changes.map(({ status }) => status).sort()).toEqual([200, 401]);
  expect((await refresh(changes.find(({ status }) => status === 200)!)).status).toBe(200);

  // A user's token that does not say of which sign-in it is: none that we give.
  expect((await ask('GET', '/api/me', { token: await davinci.token({ subject: id }) })).status).toBe(401);
});

test('a password that is lost is forgotten by somebody else, and a new one set by the link', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const enter = async (request: object) => {
    const { code } = (await ask('POST', '/api/session/links', { body: request })).body;
    const opened = await ask('POST', '/api/session/link', { token: '', body: { code } });
    return { cookie: cookieOf(opened.headers), ...sessionSchema.parse(opened.body) };
  };
  const set = (token: string, password: string) => ask('POST', '/api/me/password', { token, body: { password } });
  const first = await enter({});
  const { code: sent } = (await ask('POST', '/api/session/links', { body: {} })).body;
  expect((await set(first.accessToken, 'correct horse battery')).status).toBe(200);
  expect((await ask('POST', '/api/session/link', { token: '', body: { code: sent } })).status).toBe(401);
  // Neither a link alone nor a session of one's own is enough.
  const linked = await enter({});
  expect((await set(linked.accessToken, 'another one, long')).status).toBe(401);
  const own = { token: linked.accessToken, body: { forgetPassword: true } };
  expect((await ask('POST', '/api/session/links', own)).body.code).toBe('DAVINCI_LOGIN_FAILED');
  const viewer = { token: await davinci.token({ role: 'viewer' }), body: { forgetPassword: true } };
  expect((await ask('POST', '/api/session/links', viewer)).status).toBe(403);

  const { code: unused } = (await ask('POST', '/api/session/links', { body: {} })).body;
  const again = await enter({ forgetPassword: true });
  expect((await ask('POST', '/api/session/link', { token: '', body: { code: unused } })).status).toBe(401);
  expect(again.user.passwordSet).toBe(false);
  const old = { token: '', headers: { cookie: linked.cookie } };
  expect((await ask('POST', '/api/session/refresh', old)).status).toBe(401);
  expect((await ask('GET', '/api/me', { token: linked.accessToken })).status).toBe(401);
  const login = (password: string) =>
    ask('POST', '/api/session', { token: '', body: { email: 'admin@rtdp.local', password } });
  expect((await login('correct horse battery')).status).toBe(401);
  expect((await set(again.accessToken, 'another one, long')).status).toBe(200);
  expect((await login('another one, long')).status).toBe(200);
  const { items } = listOf(auditSchema).parse((await ask('GET', '/api/audit', {})).body);
  expect(items.filter(({ action }) => action === 'user.password.forgotten')).toHaveLength(1);
});

test('a refresh token that comes back ends its whole family', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const { code } = (await ask('POST', '/api/session/links', { body: {} })).body;
  const opened = await ask('POST', '/api/session/link', { token: '', body: { code } });
  const refresh = (cookie: string) => ask('POST', '/api/session/refresh', { token: '', headers: { cookie } });
  const first = cookieOf(opened.headers);
  const second = await refresh(first);
  expect(second.status).toBe(200);
  expect(cookieOf(second.headers)).not.toBe(first);
  // Two tabs at once, or an answer that was lost: the same cookie again.
  const sibling = await refresh(first);
  expect(sibling.status).toBe(200);
  expect(cookieOf(sibling.headers)).toBe(cookieOf(second.headers));
  await davinci.metadata.query("update identity.sessions set rotated_at = rotated_at - interval '1 minute'");
  expect((await refresh(first)).status).toBe(401);
  expect((await refresh(cookieOf(second.headers))).status).toBe(401);
  const { items } = listOf(auditSchema).parse((await ask('GET', '/api/audit')).body);
  expect(items.map(({ action }) => action)).toContain('session.reused');
  const foreign = { cookie: first, 'sec-fetch-site': 'cross-site' };
  expect((await ask('POST', '/api/session/refresh', { token: '', headers: foreign })).status).toBe(403);
});

test('failing too often is stopped, the same for accounts that are and that are not', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const body = { email: 'eve@rtdp.local', name: 'Eve', role: 'viewer', password: 'a long password' };
  expect((await ask('POST', '/api/users', { body })).status).toBe(201);
  for (const email of ['eve@rtdp.local', 'nobody@rtdp.local']) {
    const attempts = await Promise.all(
      Array.from({ length: 12 }, () => ask('POST', '/api/session', { token: '', body: { email, password: 'wrong' } })),
    );
    expect(attempts.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(attempts.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(new Set(attempts.map(({ body: { message } }) => message)).size).toBe(2);
  }
  const right = { email: 'eve@rtdp.local', password: 'a long password' };
  const { status, headers } = await ask('POST', '/api/session', { token: '', body: right });
  expect(status).toBe(429);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a changed role and a disabled user count at once, and the last administrator stays', async () => {
  await using davinci = await davinciFixture();
  const { ask } = davinci;
  const body = { email: 'ed@rtdp.local', name: 'Ed', role: 'editor', password: 'a long password' };
  const user = (await ask('POST', '/api/users', { body })).body;
  expect((await ask('POST', '/api/users', { body })).status).toBe(409);
  const login = { email: body.email, password: body.password };
  const session = await ask('POST', '/api/session', { token: '', body: login });
  const { accessToken: token } = sessionSchema.parse(session.body);
  expect((await ask('GET', '/api/views', { token })).status).toBe(200);
  expect((await ask('GET', '/api/users', { token })).status).toBe(403);
  await ask('PATCH', `/api/users/${user.id}`, { body: { role: 'viewer' } });
  expect((await ask('GET', '/api/views', { token })).status).toBe(403);
  // What other services are asked with is of the same sign-in.
  const { token: forOthers } = (await davinci.assembly.verifier.verify(token)) as SignedViewer;
  expect(forOthers).not.toBe(token);
  expect(await davinci.assembly.verifier.verify(forOthers)).toMatchObject({ subject: user.id, roles: ['viewer'] });
  const before = await ask('POST', '/api/session/links', { body: { email: body.email } });
  await ask('PATCH', `/api/users/${user.id}`, { body: { disabled: true } });
  expect((await ask('GET', '/api/dashboards', { token })).status).toBe(401);
  expect((await ask('POST', '/api/session', { token: '', body: login })).status).toBe(401);
  // What was signed in before, and a link of before, stay over for who is enabled again.
  await ask('PATCH', `/api/users/${user.id}`, { body: { disabled: false } });
  expect((await ask('GET', '/api/dashboards', { token })).status).toBe(401);
  expect((await ask('POST', '/api/session/link', { token: '', body: { code: before.body.code } })).status).toBe(401);
  expect((await ask('POST', '/api/session', { token: '', body: login })).status).toBe(200);
  const { items } = listOf(userSchema).parse((await ask('GET', '/api/users')).body);
  const admin = items.find(({ role }) => role === 'admin')!;
  const refused = await ask('PATCH', `/api/users/${admin.id}`, { body: { role: 'viewer' } });
  expect(refused).toMatchObject({ status: 409, body: { code: 'DAVINCI_LAST_ADMIN_NOT_ALLOWED' } });

  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  expect((await ask('GET', `/api/users/${admin.id}`, { token: stranger })).status).toBe(404);
  const link = await ask('POST', '/api/session/links', { token: stranger, body: { email: admin.email } });
  expect(link.status).toBe(404);
});
