/** Decides what one finds by a word: dashboards, widgets, views, sources and tables of one's own, flows and log sources of the platform. */
import { createDbusClient } from '@rtdp/dbus/client';
import { hasRole, requireRole } from '@rtdp/identity/roles';
import { listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { Knex } from '@rtdp/service/metadata';
import { createWormholeClient } from '@rtdp/wormhole/client';
import { z } from 'zod';
import { type SearchResult, searchResultSchema } from '../client/platform.ts';
import type { Author, DocumentKind } from '../documents/document-store.ts';
import type { OnBehalf } from '../sources/data-source.ts';
import { onBehalfOf } from '../sources/source-routes.ts';
import type { SourceService } from '../sources/source-service.ts';
import { findDocuments } from './find-documents.ts';
import { findTables } from './find-tables.ts';

export interface SearchOptions {
  database: Knex;
  sources: SourceService;
  moonboxUrl: string;
  dbusUrl: string;
  wormholeUrl: string;
}

/** A search answers while one types; a place that is slower is named as missing. */
const PATIENCE_MS = 1_500;

const PATHS: Record<DocumentKind, string> = {
  dashboard: 'dashboards',
  widget: 'widgets',
  view: 'views',
  source: 'data',
};

type Place = { name: string; find: () => Promise<SearchResult[]> };

export function searchRoutes(application: HttpApplication, options: SearchOptions): void {
  application.get(
    '/api/search',
    {
      schema: {
        tags: ['platform'],
        querystring: z.object({
          q: z.string().trim().min(1).max(200),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: {
          200: listOf(searchResultSchema).extend({
            unavailable: z.array(z.string()).describe('Places that did not answer in time'),
          }),
        },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      const places = placesOf(options, identity, onBehalfOf(request), request.query.q);
      const unavailable: string[] = [];
      const found = await Promise.all(
        places.map(async ({ name, find }) => {
          const all = await within(find()).catch(() => undefined);
          if (all === undefined) unavailable.push(name);
          return all ?? [];
        }),
      );
      const matches = best(found.flat(), request.query.q);
      return { items: matches.slice(0, request.query.limit), total: matches.length, unavailable };
    },
  );
}

function placesOf(
  options: SearchOptions,
  identity: Author & { roles: readonly string[] },
  onBehalf: OnBehalf,
  words: string,
): Place[] {
  const { database, sources } = options;
  const named =
    (kind: SearchResult['kind'], path: (id: string) => string) =>
    ({ id, name, description }: { id: string; name: string; description: string }): SearchResult => ({
      kind,
      id,
      name,
      description,
      path: path(id),
    });
  const isEditor = hasRole(identity, 'editor');
  const kinds: readonly DocumentKind[] = isEditor ? ['dashboard', 'widget', 'view', 'source'] : ['dashboard', 'widget'];
  const documents: Place = {
    name: 'documents',
    find: async () => {
      const found = await findDocuments(database, identity.organisationId, kinds, words);
      return found.map((each) => named(each.kind, (id) => `/${PATHS[each.kind]}/${id}`)(each));
    },
  };
  if (!isEditor) return [documents];
  const token = onBehalf.token;
  return [
    documents,
    { name: 'tables', find: () => findTables({ sources, moonboxUrl: options.moonboxUrl, author: identity, onBehalf }) },
    {
      name: 'flows',
      find: async () => {
        const flows = await createWormholeClient({ baseUrl: options.wormholeUrl, token }).listFlows();
        return flows.map(({ name, description }) =>
          named('flow', (id) => `/flows/${encodeURIComponent(id)}`)({ id: name, name, description }),
        );
      },
    },
    {
      name: 'log sources',
      find: async () => {
        const logs = await createDbusClient({ baseUrl: options.dbusUrl, token }).listSources();
        return logs.map(({ name, source }) =>
          named('log-source', (id) => `/sources/${encodeURIComponent(id)}`)({ id: name, name, description: source }),
        );
      },
    },
  ];
}

/** A name that begins with the words first, then one that holds them, then one whose description does. */
function best(results: readonly SearchResult[], words: string): SearchResult[] {
  const wanted = words.toLowerCase();
  const rank = ({ name, description }: SearchResult): number => {
    const lower = name.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes(wanted)) return 1;
    return description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return results
    .map((result) => ({ result, rank: rank(result) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.result.name.localeCompare(b.result.name))
    .map(({ result }) => result);
}

function within<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
