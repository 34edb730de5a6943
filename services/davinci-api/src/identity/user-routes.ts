/** Decides what users may change about themselves, and administrators about others. */
import { requireRole } from '@rtdp/identity/roles';
import { listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import {
  loginLinkSchema,
  mePatchSchema,
  meSchema,
  passwordChangeSchema,
  sessionSchema,
  userInputSchema,
  userPatchSchema,
  userSchema,
} from '../client/identity.ts';
import type { Accounts } from './accounts.ts';
import { toMe, toUser } from './me.ts';
import { hashPassword } from './password.ts';
import { give } from './session-routes.ts';
import type { SessionStore } from './session-store.ts';
import type { Sessions } from './sessions.ts';
import { noUser, type StoredUser, type UserStore } from './user-store.ts';
import type { WireLogins } from './wire-logins.ts';

export interface UserRoutesOptions {
  users: UserStore;
  accounts: Accounts;
  sessions: Sessions;
  sessionStore: SessionStore;
  audit: AuditStore;
  wireLogins: WireLogins;
}

const one = z.object({ id: z.uuid() });

export function userRoutes(application: HttpApplication, options: UserRoutesOptions): void {
  const { users, accounts, sessions, sessionStore, audit, wireLogins } = options;

  const self = async (request: FastifyRequest): Promise<StoredUser> => {
    const { subject } = identityOf(request);
    const user = z.uuid().safeParse(subject).success ? await users.findById(subject) : undefined;
    if (user === undefined) throw noUser(subject);
    return user;
  };
  const other = async (request: FastifyRequest, id: string): Promise<StoredUser> => {
    const identity = identityOf(request);
    requireRole(identity, 'admin');
    const user = await users.findById(id);
    if (user?.organisationId !== identity.organisationId) throw noUser(id);
    return user;
  };

  const me = { tags: ['me'] };
  application.get('/api/me', { schema: { ...me, response: { 200: meSchema } } }, async (request) =>
    toMe(await self(request)),
  );
  application.patch(
    '/api/me',
    { schema: { ...me, body: mePatchSchema, response: { 200: meSchema } } },
    async (request) => {
      const user = await self(request);
      return toMe(await users.change(user.organisationId, user.id, request.body));
    },
  );
  application.post(
    '/api/me/password',
    {
      schema: {
        ...me,
        summary: 'Ends every other sign-in of the user',
        body: passwordChangeSchema,
        response: { 200: sessionSchema },
      },
    },
    async (request, reply) =>
      give(request, reply, await sessions.changePassword(await self(request), request.body, request.ip)),
  );

  const tags = ['users'];
  application.get('/api/users', { schema: { tags, response: { 200: listOf(userSchema) } } }, async (request) => {
    const identity = identityOf(request);
    requireRole(identity, 'admin');
    const items = (await users.list(identity.organisationId)).map(toUser);
    return { items, total: items.length };
  });
  application.post(
    '/api/users',
    { schema: { tags, body: userInputSchema, response: { 201: userSchema } } },
    async (request, reply) => {
      const identity = identityOf(request);
      requireRole(identity, 'admin');
      const { password, ...input } = request.body;
      const passwordHash = password === undefined ? null : await hashPassword(password);
      const user = await users.create({ ...input, organisationId: identity.organisationId, passwordHash });
      await audit.write({
        organisationId: identity.organisationId,
        subject: identity.subject,
        action: 'user.create',
        object: { id: user.id, name: user.email },
        facts: { role: user.role },
      });
      return reply.status(201).send(toUser(user));
    },
  );
  application.get('/api/users/:id', { schema: { tags, params: one, response: { 200: userSchema } } }, async (request) =>
    toUser(await other(request, request.params.id)),
  );
  application.patch(
    '/api/users/:id',
    { schema: { tags, params: one, body: userPatchSchema, response: { 200: userSchema } } },
    async (request) => {
      const before = await other(request, request.params.id);
      const user = await users.change(before.organisationId, before.id, request.body);
      accounts.forget(user.id);
      if (user.disabled) await sessionStore.endAll(user.id);
      await wireLogins.tell();
      await audit.write({
        organisationId: user.organisationId,
        subject: identityOf(request).subject,
        action: 'user.update',
        object: { id: user.id, name: user.email },
        facts: { ...request.body },
      });
      return toUser(user);
    },
  );
  application.post(
    '/api/users/:id/link',
    {
      schema: {
        tags,
        summary: 'A code that signs the user in once, within ten minutes',
        params: one,
        response: { 200: loginLinkSchema },
      },
    },
    async (request) => sessions.createLink(await other(request, request.params.id), identityOf(request).subject),
  );
}
