/** Decides which requests sign somebody in and out, and how the refresh token travels: in a cookie that no script and no other site can use. */
// Gives requests their cookies, also to the compiler.
import type {} from '@fastify/cookie';
import { FIRST_ORGANISATION_ID, requireRole } from '@rtdp/identity/roles';
import { doneSchema } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { linkLoginSchema, linkRequestSchema, loginLinkSchema, loginSchema, sessionSchema } from '../client/identity.ts';
import { loginFailed } from './login-failed.ts';
import type { Sessions, SignedIn } from './sessions.ts';
import { noUser, type UserStore } from './user-store.ts';

const COOKIE = 'rtdp_refresh';
const COOKIE_PATH = '/api/session';

export interface SessionRoutesOptions {
  sessions: Sessions;
  users: UserStore;
  /** The public keys (JWKS). */
  keySet: () => unknown;
}

export function sessionRoutes(application: HttpApplication, { sessions, users, keySet }: SessionRoutesOptions) {
  const open = { config: { open: true } };
  const tags = ['session'];

  application.post(
    '/api/session',
    {
      ...open,
      schema: { tags, summary: 'Sign in by password', body: loginSchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => {
      requireSameSite(request);
      return give(request, reply, await sessions.logIn(request.body.email, request.body.password, request.ip));
    },
  );

  application.post(
    '/api/session/link',
    {
      ...open,
      schema: { tags, summary: 'Sign in by a login link', body: linkLoginSchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => {
      requireSameSite(request);
      return give(request, reply, await sessions.logInByLink(request.body.code, request.ip));
    },
  );

  application.post(
    '/api/session/refresh',
    { ...open, schema: { tags, summary: 'A new access token by the cookie', response: { 200: sessionSchema } } },
    async (request, reply) => {
      requireSameSite(request);
      const token = refreshToken(request);
      if (token === undefined) throw loginFailed('there is no session', 'Sign in.');
      try {
        return give(request, reply, await sessions.refresh(token));
      } catch (error) {
        if (error instanceof RtdpError) reply.clearCookie(COOKIE, { path: COOKIE_PATH });
        throw error;
      }
    },
  );

  application.delete(
    '/api/session',
    { ...open, schema: { tags, summary: 'Sign out', response: { 200: doneSchema } } },
    async (request, reply) => {
      requireSameSite(request);
      const token = refreshToken(request);
      if (token !== undefined) await sessions.logOut(token);
      reply.clearCookie(COOKIE, { path: COOKIE_PATH });
      return { done: true as const };
    },
  );

  application.post(
    '/api/session/links',
    {
      schema: {
        tags,
        summary: 'A code that signs somebody in once, within ten minutes: /login#code=…',
        body: linkRequestSchema,
        response: { 200: loginLinkSchema },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'admin');
      const { email, forgetPassword } = request.body;
      const user =
        email === undefined ? await users.firstAdmin(identity.organisationId) : await users.findByEmail(email);
      // The administrators of the platform let those of another organisation in again, whose first link was never used; nobody else of it.
      const isOfPlatform = identity.organisationId === FIRST_ORGANISATION_ID;
      const mayEnter =
        user?.organisationId === identity.organisationId || (isOfPlatform && user?.role === 'admin' && !forgetPassword);
      if (user === undefined || !mayEnter || user.disabled) {
        throw noUser(email ?? 'with the role admin');
      }
      if (forgetPassword) await sessions.forgetPassword(user, identity.subject);
      return sessions.createLink(user, identity.subject);
    },
  );

  application.get(
    '/.well-known/jwks.json',
    { ...open, schema: { tags, summary: 'The keys that tokens are checked against', response: { 200: z.unknown() } } },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=300');
      return keySet();
    },
  );
}

/** Answers with the session; the refresh token goes into the cookie. */
export function give(request: FastifyRequest, reply: FastifyReply, { session, refresh }: SignedIn) {
  reply.header('cache-control', 'no-store');
  reply.setCookie(COOKIE, refresh.token, {
    path: COOKIE_PATH,
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    expires: refresh.expiresAt,
  });
  return session;
}

function refreshToken(request: FastifyRequest): string | undefined {
  return request.cookies[COOKIE];
}

/** SameSite keeps the cookie at home already; a browser that says the request comes from elsewhere is refused as well. */
function requireSameSite(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new RtdpError({
    code: 'DAVINCI_ORIGIN_FORBIDDEN',
    message: 'the request comes from a page of another site',
    next: 'Sign in on the page of this platform.',
    facts: { site },
  });
}
