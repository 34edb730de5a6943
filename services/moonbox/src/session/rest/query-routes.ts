/** Decides which requests run statements: query in three forms, explain, lineage, cancel, and the list of what ran. */
import { Readable } from 'node:stream';
import { listOf } from '@rtdp/service/answer-shapes';
import type { HttpApplication } from '@rtdp/service/http';
import { BOOL, FREE_NUMERIC, type PgType } from '@rtdp/sql/pg-type';
import { RtdpError } from '@rtdp/ums/error';
import { OutputBytes } from '@rtdp/ums/output-bytes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Administration } from '../../admin/administration.ts';
import {
  cancelledSchema,
  describeRequestSchema,
  descriptionSchema,
  explainRequestSchema,
  explanationSchema,
  lineageRequestSchema,
  lineageSchema,
  type parameterSchema,
  QUERY_STATES,
  queryRecordSchema,
  queryRequestSchema,
  queryResultSchema,
} from '../../client/queries.ts';
import { typeTextOf } from '../../plan/type-text.ts';
import type { QueryAnswer, QueryRequest, QueryService } from '../../query/contract.ts';
import { CsvRows } from './csv-rows.ts';
import { JsonRows } from './json-rows.ts';
import { principalOf } from './principal.ts';
import { explanationView, queryRecordView, tableReadView } from './views.ts';

export interface QueryRoutesOptions {
  queries: QueryService;
  administration: Administration;
}

const DEFAULT_JSON_ROWS = 10_000;
/** A longer answer belongs into a stream. */
const LONGEST_JSON = 64 * 1024 * 1024;

const tags = ['queries'];
const one = z.object({ id: z.string() });

export function queryRoutes(application: HttpApplication, { queries, administration }: QueryRoutesOptions): void {
  const output = new OutputBytes();
  application.post(
    '/query',
    {
      schema: {
        tags,
        summary: 'Run one statement; `format` json answers at once, ndjson and csv stream',
        body: queryRequestSchema,
        response: { 200: queryResultSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const maximumRows = body.maximumRows ?? (body.format === 'json' ? DEFAULT_JSON_ROWS : undefined);
      const answer = await queries.run({
        ...toRequest(request, reply, body),
        ...(maximumRows === undefined ? {} : { maximumRows }),
      });
      void reply.header('x-query-id', answer.id);
      switch (body.format) {
        case 'json':
          return send(reply, 'application/json; charset=utf-8', await toJson(answer, output));
        case 'ndjson':
          return stream(reply, 'application/x-ndjson; charset=utf-8', toLines(answer, output));
        case 'csv':
          return stream(reply, 'text/csv; charset=utf-8', toCsv(answer, output));
      }
    },
  );

  application.post(
    '/explain',
    {
      schema: {
        tags,
        summary: 'The SQL sent to each store, what was pushed and what stayed and why; with `analyze` rows and times',
        body: explainRequestSchema,
        response: { 200: explanationSchema },
      },
    },
    async (request, reply) => {
      const { analyze } = request.body;
      return explanationView(await queries.explain(toRequest(request, reply, request.body), { analyze }));
    },
  );

  application.post(
    '/lineage',
    {
      schema: {
        tags,
        summary: 'Tables and columns a SELECT reads, with the namespaces under which flows write them',
        body: lineageRequestSchema,
        response: { 200: lineageSchema },
      },
    },
    async (request, reply) => ({
      tables: (await queries.lineage(toRequest(request, reply, request.body))).map(tableReadView),
    }),
  );

  application.post(
    '/describe',
    {
      schema: {
        tags,
        summary: 'Which columns a statement would give, or why it could not be asked; no row is read for it',
        body: describeRequestSchema,
        response: { 200: descriptionSchema },
      },
    },
    async (request, reply) => {
      const { columns, parameterTypes } = await queries.describe(toRequest(request, reply, request.body));
      return {
        columns: (columns ?? []).map(({ name, typeText }) => ({ name, type: typeText })),
        parameterTypes: parameterTypes.map(typeTextOf),
      };
    },
  );

  application.get(
    '/queries',
    {
      schema: {
        tags,
        summary: 'What runs, then what ran, newest first; others than an admin see their own',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
          state: z.enum(QUERY_STATES).optional(),
          subject: z.string().optional(),
          label: z.string().optional(),
          before: z.iso.datetime({ offset: true }).optional(),
        }),
        response: { 200: listOf(queryRecordSchema) },
      },
    },
    async (request) => {
      const { before, ...filter } = request.query;
      const { records, total } = await administration.queries(principalOf(request), {
        ...filter,
        before: before === undefined ? undefined : new Date(before),
      });
      return { items: records.map(queryRecordView), total };
    },
  );

  application.post(
    '/queries/:id/cancel',
    {
      schema: {
        tags,
        summary: 'End a running statement, at its stores too',
        params: one,
        response: { 200: cancelledSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (await queries.cancel(id, principalOf(request))) return { cancelled: true };
      throw new RtdpError({
        code: 'MOONBOX_QUERY_UNKNOWN',
        message: `no statement "${id}" of yours is running`,
        next: 'It may have ended meanwhile: GET /queries tells.',
        facts: { id },
      });
    },
  );
}

interface RequestBody {
  sql: string;
  parameters?: z.output<typeof parameterSchema>[] | undefined;
  database?: string | undefined;
  timeoutMs?: number | undefined;
  label?: string | undefined;
}

/** A client that goes away before its answer is complete cancels what it asked for. */
function toRequest(request: FastifyRequest, reply: FastifyReply, body: RequestBody): QueryRequest {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const { sql, parameters, database, timeoutMs, label } = body;
  return {
    sql,
    principal: principalOf(request),
    signal: gone.signal,
    ...(parameters === undefined
      ? {}
      : { parameters: parameters.map(toText), parameterTypes: parameters.map(typeOfParameter) }),
    ...(database === undefined ? {} : { database }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(label === undefined ? {} : { label }),
  };
}

function toText(value: string | number | boolean | null): string | null {
  return value === null ? null : String(value);
}

/** Texts and whole numbers take the type that the statement gives them, as in Postgres a quoted literal does. */
function typeOfParameter(value: string | number | boolean | null): PgType | undefined {
  if (typeof value === 'boolean') return BOOL;
  return typeof value === 'number' && !Number.isInteger(value) ? FREE_NUMERIC : undefined;
}

/** Already written: passes the route's serializer by. */
function send(reply: FastifyReply, type: string, body: string | Buffer): never {
  return reply.type(type).send(body) as never;
}

function stream(reply: FastifyReply, type: string, pieces: AsyncIterable<Buffer | string>): never {
  return reply.type(type).send(Readable.from(pieces, { objectMode: false })) as never;
}

function headOf({ id, columns, tag }: QueryAnswer): Record<string, unknown> {
  return { id, columns: columns.map(({ name, typeText }) => ({ name, type: typeText })), tag };
}

async function toJson(answer: QueryAnswer, output: OutputBytes): Promise<Buffer> {
  const rows = new JsonRows(answer.columns, ',', output);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const batch of answer.batches) {
    const piece = rows.write(batch);
    if (pieces.length > 0) pieces.push(Buffer.from(','));
    pieces.push(piece);
    length += piece.length;
    if (length > LONGEST_JSON) throw tooLong();
  }
  const { rows: rowCount, truncated, milliseconds } = await answer.done();
  const head = JSON.stringify(headOf(answer));
  const tail = JSON.stringify({
    rowCount,
    truncated,
    milliseconds,
    tables: answer.tables.map(({ database, table, sinkNamespace }) => ({ database, table, sinkNamespace })),
  });
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"rows":[`), ...pieces, Buffer.from(`],${tail.slice(1)}`)]);
}

function tooLong(): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_MEMORY_LIMIT',
    message: `the answer is longer than ${LONGEST_JSON} bytes`,
    next: 'Ask for the format ndjson, which streams, or for fewer rows.',
    facts: { bytes: LONGEST_JSON },
  });
}

/** The head, one array a row, and at the end what came of it: `done`, or `error`. */
async function* toLines(answer: QueryAnswer, output: OutputBytes): AsyncGenerator<Buffer | string> {
  const rows = new JsonRows(answer.columns, '\n', output);
  yield `${JSON.stringify(headOf(answer))}\n`;
  try {
    for await (const batch of answer.batches) {
      yield rows.write(batch);
      yield '\n';
    }
    const { rows: rowCount, truncated, milliseconds } = await answer.done();
    yield `${JSON.stringify({ done: true, rowCount, truncated, milliseconds })}\n`;
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    yield `${JSON.stringify({ error: error.toJSON() })}\n`;
  }
}

/** An error in the middle breaks the connection: CSV has no place to tell it. */
async function* toCsv(answer: QueryAnswer, output: OutputBytes): AsyncGenerator<Buffer> {
  const rows = new CsvRows(output);
  yield rows.header(answer.columns);
  for await (const batch of answer.batches) yield rows.write(batch);
}
