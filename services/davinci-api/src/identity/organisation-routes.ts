/** Decides who sees and makes organisations: an administrator of the first one, who is that of the platform. */
import { FIRST_ORGANISATION_ID, hasRole } from '@rtdp/identity/roles';
import { listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import type { FastifyRequest } from 'fastify';
import type { AuditStore } from '../audit/audit-store.ts';
import { newOrganisationSchema, organisationInputSchema, organisationSchema } from '../client/identity.ts';
import { toUser } from './me.ts';
import type { OrganisationStore, StoredOrganisation } from './organisation-store.ts';
import type { Sessions } from './sessions.ts';

export interface OrganisationRoutesOptions {
  organisations: OrganisationStore;
  sessions: Sessions;
  audit: AuditStore;
}

export function organisationRoutes(application: HttpApplication, options: OrganisationRoutesOptions): void {
  const { organisations, sessions, audit } = options;
  const tags = ['organisations'];
  application.get(
    '/api/organisations',
    { schema: { tags, summary: 'For administrators of the platform', response: { 200: listOf(organisationSchema) } } },
    async (request) => {
      requirePlatform(request);
      const items = (await organisations.list()).map(toOrganisation);
      return { items, total: items.length };
    },
  );
  application.post(
    '/api/organisations',
    {
      schema: {
        tags,
        summary: 'Makes one with its first administrator, and a code that signs that one in once, within ten minutes',
        body: organisationInputSchema,
        response: { 201: newOrganisationSchema },
      },
    },
    async (request, reply) => {
      const { subject } = requirePlatform(request);
      const { organisation, admin } = await organisations.create(request.body.name, request.body.admin);
      await audit.write({
        organisationId: organisation.id,
        subject,
        action: 'organisation.create',
        object: { id: organisation.id, name: organisation.name },
        facts: { admin: admin.email },
      });
      const link = await sessions.createLink(admin, subject);
      return reply.status(201).send({ organisation: toOrganisation(organisation), admin: toUser(admin), link });
    },
  );
}

function requirePlatform(request: FastifyRequest): { subject: string } {
  const identity = identityOf(request);
  if (identity.organisationId === FIRST_ORGANISATION_ID && hasRole(identity, 'admin')) return identity;
  throw new RtdpError({
    code: 'DAVINCI_ORGANISATIONS_FORBIDDEN',
    message: 'organisations are seen and made by an administrator of the platform',
    next: 'Ask one, or use the token of the operator.',
  });
}

function toOrganisation({ createdAt, ...organisation }: StoredOrganisation) {
  return { ...organisation, createdAt: createdAt.toISOString() };
}
