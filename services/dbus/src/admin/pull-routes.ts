/** Decides the REST side of full pulls: ask, list, show, pause, resume, cancel, rerun. */
import type { HttpApplication } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';
import { holdsForTable } from '../catalog/source-definition.ts';
import type { StoredSource } from '../catalog/source-store.ts';
import { askPullsSchema, chunkSchema, type PullView, pullSchema } from '../client.ts';
import { nextPullState } from '../pulls/pull-states.ts';
import type { Pull } from '../pulls/pull-store.ts';
import { allowed, allowedInNameOf, type RouteSurroundings } from './surroundings.ts';
import { viewChunk, viewPull } from './views.ts';

const named = z.object({ name: z.string() });
const identified = named.extend({ id: z.uuid() });
const tags = ['pulls'];

export function pullRoutes(application: HttpApplication, around: RouteSurroundings): void {
  const { sources, tables, pulls, supervisor } = around;
  const view = (stored: StoredSource, pull: Pull): PullView =>
    viewPull(pull, supervisor.running(stored.name)?.pullWaitsFor(pull.id) ?? waitsForSource(stored, pull));
  const find = async (
    organisationId: string,
    name: string,
    id: string,
  ): Promise<{ stored: StoredSource; pull: Pull }> => {
    const stored = await sources.get(organisationId, name);
    const pull = await pulls.get(organisationId, id);
    if (pull.sourceId !== stored.id) throw notOfSource(name, id);
    return { stored, pull };
  };

  application.get(
    '/sources/:name/pulls',
    {
      schema: {
        tags,
        summary: 'Pulls of a source with their progress, newest first',
        params: named,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: { 200: z.array(pullSchema) },
      },
    },
    async (request) => {
      const stored = await sources.get(allowedInNameOf(request, 'viewer').organisationId, request.params.name);
      return (await pulls.list(stored.id, { limit: request.query.limit })).map((pull) => view(stored, pull));
    },
  );

  application.post(
    '/sources/:name/pulls',
    {
      schema: {
        tags,
        summary: 'Pull tables whole; a table whose pull still waits is not asked for twice',
        params: named,
        body: askPullsSchema,
        response: { 202: z.array(pullSchema) },
      },
    },
    async (request, reply) => {
      const { organisationId, subject } = allowedInNameOf(request, 'editor');
      const stored = await sources.get(organisationId, request.params.name);
      const patterns = request.body.tables ?? true;
      const chosen = (await tables.list(stored.id)).filter((table) =>
        holdsForTable(patterns, table.schema, table.table),
      );
      if (chosen.length === 0) throw nothingToPull(stored.name, request.body.tables);
      const waiting = (await pulls.unfinished(stored.id)).filter(
        (pull) => pull.state === 'waiting' && pull.firstId === null,
      );
      const asked: PullView[] = [];
      for (const table of chosen) {
        const same = waiting.find((pull) => pull.schema === table.schema && pull.table === table.table);
        const pull =
          same ?? (await pulls.ask({ organisationId, sourceId: stored.id, table, cause: 'request', askedBy: subject }));
        // The first pull that the table still waited for is this one.
        if (table.pullWanted) await tables.pullAsked(stored.id, table);
        asked.push(view(stored, pull));
      }
      supervisor.running(stored.name)?.kickPulls();
      return reply.status(202).send(asked);
    },
  );

  application.get(
    '/sources/:name/pulls/:id',
    { schema: { tags, summary: 'One pull', params: identified, response: { 200: pullSchema } } },
    async (request) => {
      const { organisationId } = allowedInNameOf(request, 'viewer');
      const { stored, pull } = await find(organisationId, request.params.name, request.params.id);
      return view(stored, pull);
    },
  );

  application.get(
    '/sources/:name/pulls/:id/chunks',
    {
      schema: {
        tags,
        summary: 'Finished chunks of a pull',
        params: identified,
        response: { 200: z.array(chunkSchema) },
      },
    },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      const { pull } = await find(organisationId, request.params.name, request.params.id);
      return (await pulls.chunks(pull.id)).map(viewChunk);
    },
  );

  for (const command of ['pause', 'resume', 'cancel'] as const) {
    application.post(
      `/sources/:name/pulls/:id/${command}`,
      { schema: { tags, summary: SUMMARIES[command], params: identified, response: { 200: pullSchema } } },
      async (request) => {
        const { organisationId } = allowed(request, 'editor');
        const { stored, pull } = await find(organisationId, request.params.name, request.params.id);
        const running = supervisor.running(stored.name);
        if (running === undefined) await pulls.setState(pull.id, nextPullState(pull.id, pull.state, command));
        else await running.pullCommand(pull, command);
        return view(stored, await pulls.get(organisationId, pull.id));
      },
    );
  }

  application.post(
    '/sources/:name/pulls/:id/rerun',
    { schema: { tags, summary: 'Pull the same table anew', params: identified, response: { 202: pullSchema } } },
    async (request, reply) => {
      const { organisationId, subject } = allowed(request, 'editor');
      const { stored, pull } = await find(organisationId, request.params.name, request.params.id);
      nextPullState(pull.id, pull.state, 'rerun');
      const again = await pulls.ask({
        organisationId,
        sourceId: stored.id,
        table: { schema: pull.schema, table: pull.table },
        cause: 'rerun',
        askedBy: subject,
        rerunOf: pull.id,
      });
      supervisor.running(stored.name)?.kickPulls();
      return reply.status(202).send(view(stored, again));
    },
  );
}

const SUMMARIES = {
  pause: 'Hold a pull; resume goes on after its last finished chunk',
  resume: 'Let a paused or failed pull go on after its last finished chunk',
  cancel: 'End a pull; sinks delete nothing because of it',
} as const;

function waitsForSource(stored: StoredSource, pull: Pull): string | null {
  const isUnderWay = pull.state === 'waiting' || pull.state === 'running';
  return isUnderWay && stored.state !== 'running' ? `the source is ${stored.state}` : null;
}

function notOfSource(name: string, id: string): RtdpError {
  return new RtdpError({
    code: 'DBUS_PULL_NOT_FOUND',
    message: `source ${name} has no pull ${id}`,
    next: `GET /sources/${name}/pulls lists its pulls.`,
    facts: { source: name, pull: id },
  });
}

function nothingToPull(name: string, patterns: readonly string[] | undefined): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_NOT_CAPTURED',
    message: `source ${name} captures no table${patterns === undefined ? '' : ` that matches ${patterns.join(', ')}`}`,
    next: `GET /sources/${name}/tables lists what it captures.`,
    facts: { source: name, patterns: patterns ?? null },
  });
}
