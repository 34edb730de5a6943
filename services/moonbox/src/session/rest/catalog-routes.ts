/** Decides which requests show the catalog: databases, tables and columns, each as far as the caller may read them. */
import type { HttpApplication } from '@rtdp/service/http';
import { z } from 'zod';
import type { Administration } from '../../admin/administration.ts';
import { databaseSchema, listOf, tableDetailSchema, tableSchema } from '../../client.ts';
import { principalOf } from './principal.ts';
import { databaseView, tableDetailView, tableView } from './views.ts';

const tags = ['catalog'];

export function catalogRoutes(application: HttpApplication, administration: Administration): void {
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
      const { tables } = administration.database(principalOf(request), request.params.name);
      const items = [...tables.values()].map(tableView);
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
      return tableDetailView(administration.table(principalOf(request), database, table));
    },
  );
}
