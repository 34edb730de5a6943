/** Decides the REST side of sources: check, register, show, change, start, pause, stop, remove. */
import { hasRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import { addTables, changeDefinition, type DefinitionChange, removeTables } from '../catalog/change-definition.ts';
import {
  matchesTable,
  readSourceDefinition,
  sourceDefinitionSchema,
  tablePatternSchema,
} from '../catalog/source-definition.ts';
import type { StoredSource } from '../catalog/source-store.ts';
import { withPassword } from '../catalog/source-store.ts';
import { changeSchema, checkSchema, eventSchema, type SourceView, sourceSchema, tableChangeSchema } from '../client.ts';
import { allowed, allowedInNameOf, type RouteSurroundings } from './surroundings.ts';
import { viewEvent, viewSource } from './views.ts';

const named = z.object({ name: z.string() });
const tags = ['sources'];

export function sourceRoutes(application: HttpApplication, around: RouteSurroundings): void {
  const { sources, supervisor, events, loadKind, now } = around;
  const view = (stored: StoredSource): SourceView =>
    viewSource(
      stored,
      supervisor.running(stored.name),
      { health: supervisor.health(stored.name), slot: supervisor.slot(stored.name) },
      now(),
    );
  const hasSlot = async (name: string): Promise<boolean> => (await sources.find(name))?.slotMadeAt != null;
  const fresh = async (stored: StoredSource): Promise<SourceView> =>
    view(await sources.get(stored.organisationId, stored.name));

  application.get(
    '/sources',
    { schema: { tags, summary: 'All sources with state, rates and lag', response: { 200: z.array(sourceSchema) } } },
    async (request) => {
      const stored = await sources.list(allowedInNameOf(request, 'viewer').organisationId);
      return stored.map((source) => forReader(view(source), request));
    },
  );

  application.post(
    '/sources/check',
    {
      schema: {
        tags,
        summary:
          'Test a connection and every prerequisite without registering anything; each problem names the statement that mends it',
        body: sourceDefinitionSchema,
        response: { 200: checkSchema },
      },
    },
    async (request) => {
      allowed(request, 'editor');
      const definition = readSourceDefinition(request.body);
      return (await loadKind(definition.kind)).check(definition, await hasSlot(definition.name));
    },
  );

  application.post(
    '/sources',
    {
      schema: {
        tags,
        summary:
          'Register a source, once its connection and prerequisites are tested; it starts at once unless autoStart is false',
        querystring: z.object({ evenIfNotReady: z.enum(['true', 'false']).default('false') }),
        body: sourceDefinitionSchema,
        response: { 201: sourceSchema },
      },
    },
    async (request, reply) => {
      const { organisationId, subject } = allowed(request, 'admin');
      const definition = readSourceDefinition(request.body);
      if (request.query.evenIfNotReady === 'false') {
        const report = await (await loadKind(definition.kind)).check(definition, await hasSlot(definition.name));
        if (!report.ready)
          throw notReady(
            definition.name,
            report.problems.filter((problem) => problem.severity === 'blocking'),
          );
      }
      const stored = await supervisor.register(organisationId, request.body, 'rest', subject);
      return reply.status(201).send(view(stored));
    },
  );

  application.get(
    '/sources/:name',
    { schema: { tags, summary: 'One source', params: named, response: { 200: sourceSchema } } },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      return forReader(view(await sources.get(organisationId, request.params.name)), request);
    },
  );

  application.get(
    '/sources/:name/check',
    { schema: { tags, summary: 'Check a registered source again', params: named, response: { 200: checkSchema } } },
    async (request) => {
      const stored = await sources.get(allowed(request, 'viewer').organisationId, request.params.name);
      return (await loadKind(stored.definition.kind)).check(stored.definition, stored.slotMadeAt !== null);
    },
  );

  application.patch(
    '/sources/:name',
    {
      schema: {
        tags,
        summary: 'Change a source; a change of its tables alone restarts nothing',
        params: named,
        body: changeSchema,
        response: { 200: sourceSchema },
      },
    },
    async (request) => {
      const { organisationId, subject } = allowed(request, 'admin');
      const stored = await sources.get(organisationId, request.params.name);
      await supervisor.change(
        stored,
        changeDefinition(withPassword(stored), request.body as DefinitionChange),
        subject,
      );
      return fresh(stored);
    },
  );

  for (const command of ['start', 'pause', 'stop'] as const) {
    application.post(
      `/sources/:name/${command}`,
      { schema: { tags, summary: SUMMARIES[command], params: named, response: { 200: sourceSchema } } },
      async (request) => {
        const { organisationId, subject } = allowed(request, 'editor');
        const stored = await sources.get(organisationId, request.params.name);
        if (command === 'start') await supervisor.begin(stored, subject);
        else await supervisor.hold(stored, command, subject);
        return fresh(stored);
      },
    );
  }

  application.delete(
    '/sources/:name',
    {
      schema: {
        tags,
        summary:
          'Remove a source with its slot and publications; the answer says what is left at the server (only with force=true anything can be)',
        params: named,
        querystring: z.object({ force: z.enum(['true', 'false']).default('false') }),
        response: { 200: z.object({ left: z.array(z.string()) }) },
      },
    },
    async (request) => {
      const { organisationId, subject } = allowed(request, 'admin');
      const stored = await sources.get(organisationId, request.params.name);
      return { left: await supervisor.remove(stored, request.query.force === 'true', subject) };
    },
  );

  application.post(
    '/sources/:name/reconcile',
    {
      schema: {
        tags,
        summary: 'Compare the list of tables with the source now',
        params: named,
        response: { 200: tableChangeSchema },
      },
    },
    async (request) => {
      const stored = await sources.get(allowed(request, 'editor').organisationId, request.params.name);
      return supervisor.mustRun(stored).reconcile();
    },
  );

  /** A pattern that matches nothing would be kept for good, and nobody would be told. @throws RtdpError DBUS_TABLE_NOT_FOUND */
  const requireTables = async (stored: StoredSource, asked: readonly string[]): Promise<void> => {
    const { definition } = stored;
    const written = new Set([...(definition.tables === 'all' ? [] : definition.tables), ...definition.excludedTables]);
    const unwritten = asked.filter((pattern) => !written.has(pattern));
    if (unwritten.length === 0) return;
    const { tables } = await (await loadKind(definition.kind)).check(definition, stored.slotMadeAt !== null);
    const idle = unwritten.filter((pattern) =>
      tables.every(({ schema, table }) => !matchesTable(pattern, schema, table)),
    );
    if (idle.length > 0) throw noSuchTables(stored.name, idle);
  };

  const patterns = z.object({ tables: z.array(tablePatternSchema).min(1) });
  for (const [method, edit, summary] of [
    ['POST', addTables, 'Add tables, live'],
    ['DELETE', removeTables, 'Take tables out, live; what is in Kafka and in sinks stays'],
  ] as const) {
    application.route({
      method,
      url: '/sources/:name/tables',
      schema: { tags, summary, params: named, body: patterns, response: { 200: sourceSchema } },
      handler: async (request) => {
        const { organisationId, subject } = allowed(request, 'editor');
        const stored = await sources.get(organisationId, (request.params as z.output<typeof named>).name);
        const { tables } = request.body as z.output<typeof patterns>;
        await requireTables(stored, tables);
        await supervisor.change(stored, edit(withPassword(stored), tables), subject);
        return fresh(stored);
      },
    });
  }

  application.get(
    '/sources/:name/events',
    {
      schema: {
        tags,
        summary: 'What happened to a source, newest first',
        params: named,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: { 200: z.array(eventSchema) },
      },
    },
    async (request) =>
      (await events.list(allowed(request, 'viewer').organisationId, request.params.name, request.query.limit)).map(
        viewEvent,
      ),
  );
}

const SUMMARIES = {
  start: 'Start a source, or let a paused one go on',
  pause: 'Hold a source; its slot stays and is watched, start goes on where it was',
  stop: 'Stop a source; its slot stays',
} as const;

function noSuchTables(name: string, patterns: readonly string[]): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_NOT_FOUND',
    message: `the database of source ${name} has no table that matches ${patterns.join(', ')}`,
    next: `GET /sources/${name}/tables lists what there is. A table that is still to be made is named in the tables of the definition.`,
    facts: { source: name, patterns },
  });
}

function notReady(name: string, problems: { message: string; statement: string | null }[]): RtdpError {
  const statements = problems.map((problem) => problem.statement).filter((statement) => statement !== null);
  return new RtdpError({
    code: 'DBUS_SOURCE_NOT_READY',
    message: `source ${name} is not ready: ${problems.map((problem) => problem.message).join(' ')}`,
    next:
      statements.length === 0
        ? 'Mend what is named and register it again.'
        : `Run at the source, then register it again: ${statements.join(' ')}`,
    facts: { source: name, problems },
  });
}

/** Where a store is, and as whom it is asked, is the business of those who connect stores. */
function forReader(source: SourceView, request: Parameters<typeof identityOf>[0]): SourceView {
  if (hasRole(identityOf(request), 'editor')) return source;
  const { connection: _connection, ...definition } = source.definition as { connection?: unknown };
  return { ...source, definition };
}
