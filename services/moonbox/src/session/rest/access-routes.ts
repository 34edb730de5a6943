/** Decides which requests there are for rights: grants, and passwords for Postgres clients. */

import { requireRole } from '@rtdp/identity/roles';
import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import type { HttpApplication } from '@rtdp/service/http';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import type { PasswordStore } from '../../access/password-store.ts';
import { audited } from '../../admin/audited.ts';
import {
  type GrantRequest,
  grantRequestSchema,
  grantSchema,
  passwordHolderSchema,
  passwordSchema,
} from '../../client/access.ts';
import type { AdministrationRoutesOptions } from './mount-routes.ts';
import { principalOf } from './principal.ts';
import { grantView } from './views.ts';

export interface AccessRoutesOptions extends AdministrationRoutesOptions {
  passwords: PasswordStore;
}

const tags = ['access'];

export function accessRoutes(application: HttpApplication, options: AccessRoutesOptions): void {
  const { administration, running, passwords } = options;

  application.get(
    '/grants',
    {
      schema: {
        tags,
        summary: 'All grants; others than an admin see what holds for them',
        response: { 200: listOf(grantSchema) },
      },
    },
    async (request) => {
      const items = administration.grants(principalOf(request)).map(grantView);
      return { items, total: items.length };
    },
  );

  application.post(
    '/grants',
    {
      schema: {
        tags,
        summary: 'Let a user or a role read a database, a table or columns',
        body: grantRequestSchema,
        response: { 201: grantSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const sql = grantText('GRANT', request.body);
      const grant = await audited(running, { principal, kind: 'GRANT', sql }, () =>
        administration.grant(principal, request.body),
      );
      return reply.status(201).send(grantView(grant));
    },
  );

  application.delete(
    '/grants',
    {
      schema: {
        tags,
        summary: 'Take a grant back, as it was given',
        body: grantRequestSchema,
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const sql = grantText('REVOKE', request.body);
      await audited(running, { principal, kind: 'REVOKE', sql }, () => administration.revoke(principal, request.body));
      return { done: true as const };
    },
  );

  application.get(
    '/passwords',
    {
      schema: {
        tags,
        summary: 'Users who can log in over the Postgres protocol, and with which roles; for an admin',
        response: { 200: listOf(passwordHolderSchema) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      requireRole(principal, 'admin');
      const holders = await passwords.list(principal.organisationId);
      const items = holders.map((holder) => ({ ...holder, createdAt: holder.createdAt.toISOString() }));
      return { items, total: items.length };
    },
  );

  application.post(
    '/passwords',
    {
      schema: {
        tags,
        summary:
          'A new password for the caller, to log in with over the Postgres protocol; it is shown this once and ends the one before',
        response: { 201: passwordSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const sql = `CREATE PASSWORD FOR ${principal.name ?? principal.subject}`;
      const made = await audited(running, { principal, kind: 'CREATE PASSWORD', sql }, () =>
        passwords.create(principal),
      );
      return reply.status(201).send({ ...made, createdAt: made.createdAt.toISOString() });
    },
  );

  application.delete(
    '/passwords/:user',
    {
      schema: {
        tags,
        summary: "End a user's password: one's own, or anybody's for an admin",
        params: z.object({ user: z.string() }),
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { user } = request.params;
      if (user !== principal.subject && user !== principal.name) requireRole(principal, 'admin');
      const sql = `DROP PASSWORD OF ${user}`;
      await audited(running, { principal, kind: 'DROP PASSWORD', sql }, async () => {
        if (await passwords.remove(principal.organisationId, user)) return;
        throw new RtdpError({
          code: 'MOONBOX_PASSWORD_UNKNOWN',
          message: `${user} has no password`,
          next: `One is made on the page Queries, Connect, by "${typedCommand('password')}", or by POST /passwords.`,
        });
      });
      return { done: true as const };
    },
  );
}

function grantText(verb: 'GRANT' | 'REVOKE', { subject, role, database, table, columns }: GrantRequest): string {
  const what = columns === undefined ? '' : ` (${columns.join(', ')})`;
  const where = table === undefined ? database : `${database}.${table}`;
  return `${verb} SELECT${what} ON ${where} ${verb === 'GRANT' ? 'TO' : 'FROM'} ${subject ?? role}`;
}
