/** Decides who may read the audit: administrators, newest first. */
import { requireRole } from '@rtdp/identity/roles';
import { listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { z } from 'zod';
import { auditSchema } from '../client/platform.ts';
import type { UserStore } from '../identity/user-store.ts';
import type { AuditStore } from './audit-store.ts';

export function auditRoutes(application: HttpApplication, { audit, users }: { audit: AuditStore; users: UserStore }) {
  application.get(
    '/api/audit',
    {
      schema: {
        tags: ['audit'],
        summary: 'Who changed what, newest first',
        querystring: z.object({
          before: z
            .string()
            .regex(/^\d{1,18}$/)
            .optional()
            .describe('The id of the last one seen'),
          objectId: z.string().max(100).optional(),
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
        response: { 200: listOf(auditSchema) },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'admin');
      const { items, total } = await audit.list(identity.organisationId, request.query);
      const ids = [...new Set(items.map(({ subject }) => subject))].filter((id) => z.uuid().safeParse(id).success);
      const emails = await users.emails(identity.organisationId, ids);
      return {
        total,
        items: items.map((item) => ({
          ...item,
          at: item.at.toISOString(),
          who: emails.get(item.subject) ?? item.subject,
          objectKind: item.action.split('.')[0] ?? '',
        })),
      };
    },
  );
}
