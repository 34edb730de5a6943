/** Decides which requests give data: a widget's question to a view, the values of a column, and an editor's own SQL. */
import { type Role, requireRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  queriesRequestSchema,
  queryRequestSchema,
  queryResultSchema,
  runRequestSchema,
  runResultSchema,
  valuesRequestSchema,
  valuesResultSchema,
} from '../client/questions.ts';
import { viewCheckRequestSchema, viewCheckSchema } from '../client/views.ts';
import type { Viewer } from '../identity/accounts.ts';
import { onBehalfOf } from '../sources/source-routes.ts';
import type { SourceService } from '../sources/source-service.ts';
import type { Asking, AskView } from './ask-view.ts';
import { proveView } from './prove-view.ts';
import type { QueryTogether } from './query-together.ts';
import type { RunSql } from './run-sql.ts';
import { untilGone } from './until-gone.ts';

export interface DataRoutesOptions {
  asks: AskView;
  together: QueryTogether;
  runs: RunSql;
  sources: SourceService;
  now: () => number;
}

export function dataRoutes(application: HttpApplication, options: DataRoutesOptions): void {
  const { asks, together, runs } = options;
  const tags = ['data'];
  application.post(
    '/api/query',
    {
      schema: {
        tags,
        summary: 'Ask a view; its rights hold in the query itself',
        body: queryRequestSchema,
        response: { 200: queryResultSchema },
      },
    },
    async (request, reply) => {
      const text = await asks.query(request.body, asking(request, reply, 'viewer'));
      // Written once for all who ask the same, so not written again.
      return reply
        .type('application/json; charset=utf-8')
        .serializer((body) => body as unknown as string)
        .send(text as never);
    },
  );
  application.post(
    '/api/queries',
    {
      // A line that waits for more to be worth compressing would come late.
      compress: false,
      schema: {
        tags,
        summary:
          'Ask many questions at once: NDJSON, a line {id, result} or {id, status, error} for each when it is there',
        body: queriesRequestSchema,
      },
    },
    async (request, reply) => {
      const lines = together.run(request.body.questions, asking(request, reply, 'viewer'), (error) =>
        request.log.error({ err: error }, 'a question failed in a way that was not expected'),
      );
      return reply.type('application/x-ndjson; charset=utf-8').send(lines as never);
    },
  );
  application.delete(
    '/api/queries',
    {
      schema: {
        tags,
        summary: 'End questions that are under way, at their source too unless others wait for the same',
        querystring: z.object({ ids: z.string().max(10_000).describe('With a comma between') }),
        response: { 200: z.object({ cancelled: z.number() }) },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      return { cancelled: together.cancel(identity, request.query.ids.split(',')) };
    },
  );
  application.post(
    '/api/query/values',
    {
      schema: {
        tags,
        summary: 'The different values of a column, under the same rights',
        body: valuesRequestSchema,
        response: { 200: valuesResultSchema },
      },
    },
    async (request, reply) => asks.values(request.body, asking(request, reply, 'viewer')),
  );
  application.post(
    '/api/views/check',
    {
      schema: {
        tags: ['views'],
        summary: 'Whether a view would work, before it is kept: its SQL and row filters are asked for no row',
        body: viewCheckRequestSchema,
        response: { 200: viewCheckSchema },
      },
    },
    // An address that is not kept yet may be called by those who may keep it.
    async (request, reply) =>
      proveView(request.body, options, asking(request, reply, request.body.source === undefined ? 'editor' : 'admin')),
  );
  application.post(
    '/api/run',
    {
      schema: {
        tags,
        summary: 'Run SQL of the editor as its author',
        body: runRequestSchema,
        response: { 200: runResultSchema },
      },
    },
    async (request, reply) => {
      const result = await runs.run(request.body, asking(request, reply, 'editor'));
      // Looking at each of a million cells would hold up everybody else.
      return reply.serializer((body) => JSON.stringify(body)).send(result);
    },
  );
  application.delete(
    '/api/run/:runId',
    {
      schema: {
        tags,
        summary: 'End a run, at its source too',
        params: z.object({ runId: z.string().max(100) }),
        response: { 200: z.object({ cancelled: z.boolean() }) },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'editor');
      return { cancelled: runs.cancel(identity, request.params.runId) };
    },
  );
}

function asking(request: FastifyRequest, reply: FastifyReply, role: Role): Asking {
  // The verifier of this service gives viewers.
  const viewer = identityOf(request) as Viewer;
  requireRole(viewer, role);
  return { viewer, onBehalf: onBehalfOf(request), gone: untilGone(reply) };
}
