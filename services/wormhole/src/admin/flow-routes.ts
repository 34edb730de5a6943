/** Decides which requests there are for flows; what they do is the flow service's business. */
import { requireRole } from '@rtdp/identity/roles';
import { doneSchema } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { z } from 'zod';
import { deployedFlowSchema, dryRunSchema, flowSchema, flowStatusSchema, planSchema } from '../client.ts';
import { flowDefinitionSchema, readFlowDefinition } from '../flow/definition.ts';
import { dryRun } from '../flow/dry-run.ts';
import type { FlowService } from '../flow/flow-service.ts';
import type { FlowSurroundings } from '../flow/running-flow.ts';
import { readStatus } from './read-status.ts';
import { flowView, type Reader } from './views.ts';

const named = z.object({ name: z.string() });
const tableParams = named.extend({ schema: z.string(), table: z.string() });

export interface RoutesOptions {
  service: FlowService;
  around: FlowSurroundings;
}

export function flowRoutes(application: HttpApplication, { service, around }: RoutesOptions): void {
  const view = async (reader: Reader, name: string) => {
    const stored = await service.get(reader.organisationId, name);
    return flowView(stored, service.stateOf(stored), reader);
  };

  application.get(
    '/flows',
    { schema: { tags: ['flows'], summary: 'All flows with their states', response: { 200: z.array(flowSchema) } } },
    async (request) => {
      const identity = identityOf(request);
      const stored = await service.list(identity.organisationId);
      return stored.map((flow) => flowView(flow, service.stateOf(flow), identity));
    },
  );

  application.post(
    '/flows',
    {
      schema: {
        tags: ['flows'],
        summary: 'Check, keep and start a flow',
        body: flowDefinitionSchema,
        response: { 201: deployedFlowSchema },
      },
    },
    async (request, reply) => {
      const identity = editor(request);
      const { organisationId } = identity;
      const stored = await service.deploy(request.body, { organisationId, origin: 'rest' });
      const { notes } = stored;
      return reply.status(201).send({ ...flowView(stored, service.stateOf(stored), identity), notes });
    },
  );

  application.post(
    '/flows/check',
    {
      schema: {
        tags: ['flows'],
        summary: 'What a flow would do, and what is wrong with it',
        body: flowDefinitionSchema,
        response: { 200: planSchema },
      },
    },
    async (request) =>
      service.check(request.body, identityOf(request).organisationId) as Promise<z.output<typeof planSchema>>,
  );

  application.post(
    '/flows/dry-run',
    {
      schema: {
        tags: ['flows'],
        summary: 'Run a flow over the newest messages without writing anything',
        querystring: z.object({ rows: z.coerce.number().int().min(1).max(2_000).default(100) }),
        body: flowDefinitionSchema,
        response: { 200: dryRunSchema },
      },
    },
    async (request) => {
      const { organisationId } = editor(request);
      const definition = readFlowDefinition(request.body);
      return (await dryRun(around, definition, organisationId, request.query.rows)) as z.output<typeof dryRunSchema>;
    },
  );

  application.get(
    '/flows/:name',
    { schema: { tags: ['flows'], summary: 'One flow', params: named, response: { 200: flowSchema } } },
    (request) => view(identityOf(request), request.params.name),
  );

  application.put(
    '/flows/:name',
    {
      schema: {
        tags: ['flows'],
        summary: 'Change a flow; it goes on where it stands',
        params: named,
        body: flowDefinitionSchema,
        response: { 200: deployedFlowSchema },
      },
    },
    async (request) => {
      const identity = editor(request);
      const { notes } = await service.replace(identity.organisationId, request.params.name, request.body);
      return { ...(await view(identity, request.params.name)), notes };
    },
  );

  application.delete(
    '/flows/:name',
    {
      schema: {
        tags: ['flows'],
        summary: 'Take a flow away; its sink tables stay',
        params: named,
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      await service.remove(editor(request).organisationId, request.params.name);
      return { done: true as const };
    },
  );

  const commands = {
    start: { summary: 'Run a flow from where it stands', run: service.startFlow.bind(service) },
    resume: { summary: 'Let a paused flow go on', run: service.startFlow.bind(service) },
    pause: { summary: 'Hold a flow at its place', run: service.pauseFlow.bind(service) },
    stop: { summary: 'Stop a flow; it keeps its place', run: service.stopFlow.bind(service) },
    pull: { summary: 'Have the tables of a flow read whole once more', run: service.pullAgain.bind(service) },
  };
  for (const [command, { summary, run }] of Object.entries(commands)) {
    application.post(
      `/flows/:name/${command}`,
      { schema: { tags: ['flows'], summary, params: named, response: { 200: flowSchema } } },
      async (request) => {
        const identity = editor(request);
        await run(identity.organisationId, (request.params as { name: string }).name);
        return view(identity, (request.params as { name: string }).name);
      },
    );
  }

  application.post(
    '/flows/:name/restart',
    {
      schema: {
        tags: ['flows'],
        summary: 'Begin anew from another place; what lies between is not read',
        params: named,
        body: z.strictObject({ from: flowDefinitionSchema.shape.from.optional() }).nullish(),
        response: { 200: flowSchema },
      },
    },
    async (request) => {
      const identity = editor(request);
      await service.restart(identity.organisationId, request.params.name, request.body?.from);
      return view(identity, request.params.name);
    },
  );

  application.get(
    '/flows/:name/status',
    {
      schema: {
        tags: ['flows'],
        summary: 'Rates, lag and freshness per table',
        params: named,
        response: { 200: flowStatusSchema },
      },
    },
    (request) => readStatus(service, around, identityOf(request), request.params.name),
  );

  const tableCommands = { pause: 'Hold one table of a flow', resume: 'Let one table of a flow go on' } as const;
  for (const command of ['pause', 'resume'] as const) {
    const summary = tableCommands[command];
    application.post(
      `/flows/:name/tables/:schema/:table/${command}`,
      { schema: { tags: ['flows'], summary, params: tableParams, response: { 200: flowStatusSchema } } },
      async (request) => {
        const identity = editor(request);
        const { name, schema, table } = request.params as z.output<typeof tableParams>;
        await service.commandTable(identity.organisationId, name, { schema, table }, command, identity.subject);
        return readStatus(service, around, identity, name);
      },
    );
  }
}

function editor(request: Parameters<typeof identityOf>[0]): ReturnType<typeof identityOf> {
  const identity = identityOf(request);
  requireRole(identity, 'editor');
  return identity;
}
