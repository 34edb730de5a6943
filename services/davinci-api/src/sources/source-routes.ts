/** Decides which requests there are for sources beside those of every document: test them, and read their tables. */
import { type Role, requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sourceInputSchema, sourceSchema, sourceSchemaSchema, sourceTestSchema } from '../client/sources.ts';
import { collectionRoutes } from '../documents/collection-routes.ts';
import type { SignedViewer } from '../identity/accounts.ts';
import type { OnBehalf } from './data-source.ts';
import type { SourceService } from './source-service.ts';

const one = z.object({ id: z.uuid() });

export function sourceRoutes(application: HttpApplication, sources: SourceService): void {
  collectionRoutes(application, {
    name: 'sources',
    input: sourceInputSchema,
    item: sourceSchema,
    listed: sourceSchema,
    collection: sources,
    mayRead: 'editor',
    mayWrite: 'admin',
  });
  const tags = ['sources'];
  application.post(
    '/api/sources/test',
    {
      schema: {
        tags,
        summary: 'Try a connection before it is kept',
        body: sourceInputSchema,
        response: { 200: sourceTestSchema },
      },
    },
    async (request) => sources.testInput(allowed(request, 'admin'), request.body, onBehalfOf(request)),
  );
  application.post(
    '/api/sources/:id/test',
    { schema: { tags, params: one, response: { 200: sourceTestSchema } } },
    async (request) => sources.test(allowed(request, 'editor'), request.params.id, onBehalfOf(request)),
  );
  application.get(
    '/api/sources/:id/schema',
    {
      schema: {
        tags,
        summary: 'Databases, tables and columns that the caller may read',
        params: one,
        response: { 200: sourceSchemaSchema },
      },
    },
    async (request) => sources.tables(allowed(request, 'editor'), request.params.id, onBehalfOf(request)),
  );
}

function allowed(request: FastifyRequest, role: Role) {
  const identity = identityOf(request);
  requireRole(identity, role);
  return identity;
}

export function onBehalfOf(request: FastifyRequest): OnBehalf {
  // The verifier of this service gives signed viewers.
  const { subject, token } = identityOf(request) as SignedViewer;
  return { subject, token };
}
