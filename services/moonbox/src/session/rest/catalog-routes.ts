/** Decides which requests show the catalog: databases, tables and columns, each as far as the caller may read them. */

import { listOf } from '@rtdp/service/answer-shapes';
import type { HttpApplication } from '@rtdp/service/http';
import { z } from 'zod';
import type { Administration } from '../../admin/administration.ts';
import type { ViewAdministration } from '../../admin/view-administration.ts';
import { databaseSchema, tableDetailSchema, tableSchema } from '../../client/databases.ts';
import { principalOf } from './principal.ts';
import { databaseView, tableDetailView, tableView } from './views.ts';

const tags = ['catalog'];

export interface CatalogRoutesOptions {
  administration: Administration;
  views: ViewAdministration;
}

export function catalogRoutes(application: HttpApplication, { administration, views }: CatalogRoutesOptions): void {
  application.get(
    '/databases',
    {
      schema: {
        tags,
        summary: 'Databases the caller may read something of',
        response: { 200: listOf(databaseSchema) },
      },
    },
    async (request) => {
      const items = [...administration.seenBy(principalOf(request)).databases.values()].map(databaseView);
      return { items, total: items.length };
    },
  );

  application.get(
    '/databases/:name/tables',
    { schema: { tags, params: z.object({ name: z.string() }), response: { 200: listOf(tableSchema) } } },
    async (request) => {
      const principal = principalOf(request);
      const { tables } = administration.database(principal, request.params.name);
      const items = [...tables.values()].map((table) => tableView(table, views.of(principal, table)));
      return { items, total: items.length };
    },
  );

  application.get(
    '/tables/:database/:table',
    {
      schema: {
        tags,
        summary: 'Columns, types and keys of a table',
        params: z.object({ database: z.string(), table: z.string() }),
        response: { 200: tableDetailSchema },
      },
    },
    async (request) => {
      const { database, table } = request.params;
      const principal = principalOf(request);
      const visible = administration.table(principal, database, table);
      return tableDetailView(visible, views.of(principal, visible));
    },
  );
}
