/** Decides which requests there are for logical databases and what is defined in them: views, mounted tables, whose rights they run with. */

import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import type { HttpApplication } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { audited } from '../../admin/audited.ts';
import { mountedTableSql } from '../../admin/mounted-table.ts';
import type { ShownView, ViewAdministration, ViewRequest } from '../../admin/view-administration.ts';
import { ownedViewsSchema, ownerRolesSchema, rightsSchema } from '../../client/access.ts';
import { logicalDatabaseRequestSchema } from '../../client/databases.ts';
import { mountedTableRequestSchema, viewChangeSchema, viewRequestSchema, viewSchema } from '../../client/views.ts';
import type { Principal, QueryService } from '../../query/contract.ts';
import type { AdministrationRoutesOptions } from './mount-routes.ts';
import { principalOf } from './principal.ts';
import { viewView } from './views.ts';

export interface ViewRoutesOptions extends AdministrationRoutesOptions {
  views: ViewAdministration;
  queries: QueryService;
}

const tags = ['views'];
const inDatabase = z.object({ name: z.string() });
const oneView = z.object({ name: z.string(), view: z.string() });

export function viewRoutes(application: HttpApplication, options: ViewRoutesOptions): void {
  const { administration, running, views, queries } = options;
  const shownTo = (principal: Principal, shown: ShownView) =>
    viewView(shown, administration.table(principal, shown.view.database, shown.view.name));
  const define = async (request: FastifyRequest, kind: string, definition: ViewRequest) => {
    const principal = principalOf(request);
    const sql = `${kind} ${definition.database}.${definition.name} AS ${definition.sql}`;
    const shown = await audited(running, { principal, kind, sql }, () =>
      views.define(principal, definition, queries, AbortSignal.timeout(LONGEST_MS)),
    );
    return shownTo(principal, shown);
  };
  const drop = async (request: FastifyRequest, kind: 'view' | 'table', database: string, name: string) => {
    const principal = principalOf(request);
    const what = kind === 'view' ? 'DROP VIEW' : 'UNMOUNT TABLE';
    await audited(running, { principal, kind: what, sql: `${what} ${database}.${name}` }, () =>
      views.drop(principal, kind, database, name),
    );
    return { done: true as const };
  };

  application.post(
    '/databases',
    {
      schema: {
        tags,
        summary: 'A logical database, for views and tables under other names',
        body: logicalDatabaseRequestSchema,
        response: { 201: doneSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { name } = request.body;
      await audited(running, { principal, kind: 'CREATE DATABASE', sql: `CREATE DATABASE ${name}` }, () =>
        administration.createDatabase(principal, name),
      );
      return reply.status(201).send({ done: true as const });
    },
  );

  application.delete(
    '/databases/:name',
    {
      schema: {
        tags,
        summary: 'An empty logical database; with `cascade` what is defined in it goes along',
        params: inDatabase,
        querystring: z.object({ cascade: z.enum(['true', 'false']).default('false') }),
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { name } = request.params;
      const cascade = request.query.cascade === 'true';
      const sql = `DROP DATABASE ${name}${cascade ? ' CASCADE' : ''}`;
      await audited(running, { principal, kind: 'DROP DATABASE', sql }, () =>
        administration.dropDatabase(principal, name, cascade),
      );
      return { done: true as const };
    },
  );

  application.get(
    '/databases/:name/views',
    {
      schema: {
        tags,
        summary: 'Views and mounted tables of a logical database, and whether they can be read',
        params: inDatabase,
        response: { 200: listOf(viewSchema) },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const items = views.list(principal, request.params.name).map((shown) => shownTo(principal, shown));
      return { items, total: items.length };
    },
  );

  application.get(
    '/databases/:name/views/:view',
    { schema: { tags, params: oneView, response: { 200: viewSchema } } },
    async (request) => {
      const principal = principalOf(request);
      const { name, view } = request.params;
      return shownTo(principal, views.get(principal, name, view));
    },
  );

  application.post(
    '/databases/:name/views',
    {
      schema: {
        tags,
        summary: 'A SELECT under a name; it reads with the rights of the caller',
        params: inDatabase,
        body: viewRequestSchema,
        response: { 201: viewSchema },
      },
    },
    async (request, reply) => {
      const { database: defaultDatabase, ...body } = request.body;
      const definition = {
        ...body,
        database: request.params.name,
        kind: 'view',
        replace: false,
        defaultDatabase,
      } as const;
      return reply.status(201).send(await define(request, 'CREATE VIEW', definition));
    },
  );

  application.put(
    '/databases/:name/views/:view',
    {
      schema: {
        tags,
        summary: 'The same, in place of the one that is there',
        params: oneView,
        body: viewChangeSchema,
        response: { 200: viewSchema },
      },
    },
    async (request) => {
      const { name: database, view: name } = request.params;
      const { database: defaultDatabase, ...body } = request.body;
      const definition = { ...body, database, name, kind: 'view', replace: true, defaultDatabase } as const;
      return define(request, 'CREATE OR REPLACE VIEW', definition);
    },
  );

  application.delete(
    '/databases/:name/views/:view',
    { schema: { tags, summary: 'With what is granted on it', params: oneView, response: { 200: doneSchema } } },
    async (request) => drop(request, 'view', request.params.name, request.params.view),
  );

  application.post(
    '/databases/:name/tables',
    {
      schema: {
        tags,
        summary: 'A table of another database under a name of its own, perhaps with some of its columns alone',
        params: inDatabase,
        body: mountedTableRequestSchema,
        response: { 201: viewSchema },
      },
    },
    async (request, reply) => {
      const { name, source, columns } = request.body;
      const sql = mountedTableSql(source, columns);
      const definition = { database: request.params.name, name, kind: 'table', sql, replace: false } as const;
      return reply.status(201).send(await define(request, 'MOUNT TABLE', definition));
    },
  );

  application.delete(
    '/databases/:name/tables/:table',
    {
      schema: {
        tags,
        summary: 'With what is granted on it; the table that it stands for stays as it is',
        params: z.object({ name: z.string(), table: z.string() }),
        response: { 200: doneSchema },
      },
    },
    async (request) => drop(request, 'table', request.params.name, request.params.table),
  );

  application.put(
    '/owners/:owner/roles',
    {
      schema: {
        tags,
        summary: 'The roles that the views of a user read with from now on; with none they stop. For an admin',
        params: z.object({ owner: z.string() }),
        body: ownerRolesSchema,
        response: { 200: ownedViewsSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { owner } = request.params;
      const { roles } = request.body;
      const sql = `SET ROLES OF ${owner} TO ${roles.join(', ') || 'NONE'}`;
      const count = await audited(running, { principal, kind: 'SET ROLES', sql }, () =>
        views.setOwnerRoles(principal, owner, roles),
      );
      return { views: count };
    },
  );

  application.get(
    '/rights',
    {
      schema: {
        tags,
        summary:
          'A version that changes with grants, mounts, views and columns: kept answers are good as long as it stays',
        response: { 200: rightsSchema },
      },
    },
    async () => ({ version: views.rightsVersion }),
  );
}

/** Only the columns of the SELECT are asked for. */
const LONGEST_MS = 60_000;
