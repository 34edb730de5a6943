/** Decides the REST side of what a source captures: tables, schema versions, lag, dead letters, re-reads. */
import type { HttpApplication } from '@rtdp/service/http';
import { Turns } from '@rtdp/service/turns';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { formatNamespace } from '@rtdp/ums/namespace';
import { z } from 'zod';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import {
  askRereadsSchema,
  capturedTableSchema,
  comparedSchema,
  compareTableSchema,
  deadLetterSchema,
  lagSchema,
  schemaVersionSchema,
  tableNameSchema,
} from '../client.ts';
import type { TableName } from '../pipeline/contract.ts';
import type { Pull } from '../pulls/pull-store.ts';
import { readDeadLetters } from './read-dead-letters.ts';
import { allowed, allowedInNameOf, type RouteSurroundings } from './surroundings.ts';
import { viewLag, viewTable } from './views.ts';

const named = z.object({ name: z.string() });
const tags = ['tables'];

export function tableRoutes(application: HttpApplication, around: RouteSurroundings): void {
  const { sources, tables, schemaVersions, supervisor, loadKind, bus, now } = around;
  /** By id of the source. */
  const resumesOf = new Map<string, Turns>();
  const inTurnOf = <Result>(sourceId: string, work: () => Promise<Result>): Promise<Result> => {
    const resumes = resumesOf.get(sourceId) ?? new Turns();
    resumesOf.set(sourceId, resumes);
    return resumes.take(work);
  };

  application.get(
    '/sources/:name/tables',
    {
      schema: {
        tags,
        summary: 'Every table of the source: how it is captured, what would be missed and why, rates and lag',
        params: named,
        response: { 200: z.array(capturedTableSchema) },
      },
    },
    async (request) => {
      const stored = await sources.get(allowedInNameOf(request, 'viewer').organisationId, request.params.name);
      const report = await (await loadKind(stored.definition.kind)).check(
        stored.definition,
        stored.slotMadeAt !== null,
      );
      const captured = await tables.list(stored.id);
      const running = supervisor.running(stored.name);
      const progress = running?.tables() ?? [];
      return report.tables.map((table) => {
        const isThis = (each: TableName): boolean => each.schema === table.schema && each.table === table.table;
        const current = running?.stream.sequencer.currentSchema(table);
        return viewTable(table, captured.find(isThis), progress.find(isThis), current, now());
      });
    },
  );

  application.post(
    '/sources/:name/tables/resume',
    {
      schema: {
        tags,
        summary:
          'Let a table go on that stopped by itself after too many rows that failed; it is pulled, for its changes were passed over. Of one that goes on already, its newest pull is named',
        params: named,
        body: tableNameSchema,
        response: { 200: z.object({ pull: z.string() }) },
      },
    },
    async (request) => {
      const { organisationId, subject } = allowed(request, 'editor');
      const stored = await sources.get(organisationId, request.params.name);
      const running = supervisor.mustRun(stored);
      const { sequencer } = running.stream;
      return await inTurnOf(stored.id, async () => {
        const isStopped = sequencer.currentSchema(request.body)?.stopped ?? true;
        // First, and it waits until the table is resumed: should this end in between, what was passed over would never be read.
        const { pull, isNew } = await around.pulls.askUnless((newest) => readsPassedOver(newest, isStopped), {
          organisationId,
          sourceId: stored.id,
          table: request.body,
          cause: 'table-resumed',
          askedBy: subject,
        });
        try {
          // One that goes on is left alone: should it stop at this moment, no pull would be due for what it then passes over.
          if (isStopped) await sequencer.resumeTable(request.body);
        } catch (error) {
          // Another failure leaves open whether the table goes on, and then the pull is due.
          if (isNew && isRtdpError(error, 'DBUS_TABLE_NOT_FOUND')) await around.pulls.setState(pull.id, 'cancelled');
          throw error;
        }
        running.kickPulls();
        return { pull: pull.id };
      });
    },
  );

  application.post(
    '/sources/:name/tables/compare',
    {
      schema: {
        tags,
        summary: 'The source’s side of a comparison with a sink: checksums, hashes and rows of one captured table',
        params: named,
        body: compareTableSchema,
        response: { 200: comparedSchema },
      },
    },
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) gone.abort();
      });
      const stored = await sources.get(allowedInNameOf(request, 'editor').organisationId, request.params.name);
      const { schema, table, question } = request.body;
      // What a source was not given to read, nobody reads through it.
      const isCaptured = (await tables.list(stored.id)).some((each) => each.schema === schema && each.table === table);
      if (!isCaptured) throw notCaptured(stored.name, { schema, table });
      // Nothing that is written now would reach the sink. One that another process streams does not run here.
      if (stored.state === 'paused' || stored.state === 'stopped') supervisor.mustRun(stored);
      const { compare } = await loadKind(stored.definition.kind);
      const onLeft = (err: unknown): void =>
        request.log.warn(
          { err, source: stored.name },
          'a comparison that nobody waits for could not be ended at the source',
        );
      return {
        answer: await compare(stored.definition, { schema, table }, question, { signal: gone.signal, onLeft }),
      };
    },
  );

  application.get(
    '/sources/:name/schemas',
    {
      schema: {
        tags,
        summary: 'Schema versions of the tables, each with its difference from the one before',
        params: named,
        querystring: z.object({ schema: z.string().optional(), table: z.string().optional() }),
        response: { 200: z.array(schemaVersionSchema) },
      },
    },
    async (request) => {
      const stored = await sources.get(allowed(request, 'viewer').organisationId, request.params.name);
      const { schema = 'public', table } = request.query;
      const versions = await schemaVersions.list(stored.id, table === undefined ? undefined : { schema, table });
      return versions.map((version) => ({ ...version, seenAt: version.seenAt.toISOString() }));
    },
  );

  application.get(
    '/sources/:name/lag',
    {
      schema: {
        tags,
        summary: 'Lag of the source, its slot and each table',
        params: named,
        response: { 200: lagSchema },
      },
    },
    async (request) => {
      const stored = await sources.get(allowed(request, 'viewer').organisationId, request.params.name);
      return viewLag(stored, supervisor.mustRun(stored), now());
    },
  );

  application.get(
    '/sources/:name/dead-letters',
    {
      schema: {
        tags,
        summary: 'Rows that could not be decoded or mapped, newest first, with their raw bytes and the reason',
        params: named,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
        response: { 200: z.array(deadLetterSchema) },
      },
    },
    async (request) => {
      const stored = await sources.get(allowed(request, 'viewer').organisationId, request.params.name);
      return readDeadLetters(bus, stored.definition.source, request.query.limit);
    },
  );

  application.post(
    '/sources/:name/rereads',
    {
      schema: {
        tags,
        summary: 'Have rows read again by key; the answer says how many requests were recorded',
        params: named,
        body: askRereadsSchema,
        response: { 202: z.object({ asked: z.number() }) },
      },
    },
    async (request, reply) => {
      const { organisationId, subject } = allowed(request, 'editor');
      const stored = await sources.get(organisationId, request.params.name);
      const { schema, table, keys } = request.body;
      const current = supervisor.mustRun(stored).stream.sequencer.currentSchema({ schema, table });
      const isCaptured = (await tables.list(stored.id)).some((each) => each.schema === schema && each.table === table);
      if (!isCaptured || current === undefined) throw notCaptured(stored.name, { schema, table });
      const namespace = formatNamespace(current.namespace);
      const producer = bus.producer();
      try {
        await producer.send(
          DBUS_TOPICS.rereads,
          keys.map((key) => ({
            partition: 0,
            key: `${namespace}/${JSON.stringify(key)}`,
            value: Buffer.from(JSON.stringify({ namespace, key, reason: `asked by ${subject}`, at: now() })),
          })),
        );
      } finally {
        await producer.close();
      }
      return reply.status(202).send({ asked: keys.length });
    },
  );
}

function notCaptured(source: string, { schema, table }: TableName): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_NOT_CAPTURED',
    message: `source ${source} does not capture ${schema}.${table}`,
    next: `GET /sources/${source}/tables lists what it captures.`,
    facts: { schema, table },
  });
}

/** The newest pull of a table reads all that was passed over: it has not begun, or the table goes on since and it was neither cancelled nor given up. */
function readsPassedOver({ state, firstId }: Pick<Pull, 'state' | 'firstId'>, isStopped: boolean): boolean {
  if (state === 'waiting' && firstId === null) return true;
  return !isStopped && state !== 'cancelled' && state !== 'failed';
}
