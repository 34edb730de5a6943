/** Decides how Wormhole asks DBus for pulls: through its client, with the token of this platform's services. */

import { readFile } from 'node:fs/promises';
import { createDbusClient, type DbusClient, type PullView, type SourceView } from '@rtdp/dbus/client';
import { typedCommand } from '@rtdp/service/typed-command';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { formatNamespace, matchesPattern, type NamespacePattern, parseNamespace } from '@rtdp/ums/namespace';
import type { PullService } from './request-pulls.ts';

/** In the name of an organisation, with the token of this platform's services. */
export function dbusClient(
  options: { baseUrl: string; tokenFile: string },
  organisationId: string,
  timeoutMs: number,
): DbusClient {
  return createDbusClient({
    baseUrl: options.baseUrl,
    organisationId,
    token: () => readToken(options.tokenFile),
    timeoutMs,
  });
}

export function dbusPulls(options: { baseUrl: string; tokenFile: string }, organisationId: string): PullService {
  const client = dbusClient(options, organisationId, 15_000);
  const sourceOf = async (namespace: string) => {
    const { system, instance } = parseNamespace(namespace);
    return (await client.listSources()).find((each) => each.source === `${system}.${instance}`);
  };
  return {
    async capturedTables(pattern) {
      const tables: { namespace: string }[] = [];
      for (const { name, source } of await sourcesMeant(client, pattern)) {
        for (const table of await client.listTables(name)) {
          if (table.captured) tables.push({ namespace: table.namespace ?? namespaceOf(source, table) });
        }
      }
      return tables;
    },
    async failureOf(namespace, pullId) {
      const source = await sourceOf(namespace);
      if (source === undefined) return null;
      const pull = await knownPull(client, source.name, pullId);
      if (pull?.state !== 'failed') return null;
      return {
        code: pull.reason?.code ?? 'DBUS_PULL_FAILED',
        message: `its pull failed: ${pull.reason?.message ?? 'DBus keeps no reason'}`,
        next: `${pull.reason?.next ?? ''} Then resume it: ${typedCommand(`source pull-command ${source.name} ${pullId} resume`)}.`.trim(),
        facts: { source: source.name, pull: pullId },
      };
    },
    async requestPull(namespace, since) {
      const { database, table } = parseNamespace(namespace);
      const source = await sourceOf(namespace);
      if (source === undefined) throw refused(namespace, 'DBus has no such source');
      const found = since && newestOf(await client.listPulls(source.name, 1_000), database, table, since);
      if (found !== undefined) return found.id;
      const pulls = await client.askPulls(source.name, [`${quoted(database)}.${quoted(table)}`]);
      const pull = pulls.find((each) => each.schema === database && each.table === table);
      if (pull === undefined) throw refused(namespace, 'DBus does not capture this table');
      return pull.id;
    },
  };
}

/** Each look at tables asks the source's own server: one that is away must not hold up the flows over others. */
export async function sourcesMeant(
  client: Pick<DbusClient, 'listSources'>,
  { text, parts }: NamespacePattern,
): Promise<SourceView[]> {
  const ofSource = { text, parts: parts.slice(0, 2) };
  return (await client.listSources()).filter(({ source }) =>
    matchesPattern(ofSource, parseNamespace(namespaceOf(source, ANY_TABLE))),
  );
}

/** Undefined where it is gone, for example with a source that was removed and registered again. */
async function knownPull(client: DbusClient, source: string, pullId: string): Promise<PullView | undefined> {
  try {
    return await client.getPull(source, pullId);
  } catch (error) {
    if (isRtdpError(error, 'DBUS_PULL_NOT_FOUND')) return undefined;
    throw error;
  }
}

function newestOf(pulls: readonly PullView[], schema: string, table: string, since: Date): PullView | undefined {
  return pulls.find(
    (pull) =>
      pull.schema === schema && pull.table === table && pull.state !== 'cancelled' && new Date(pull.askedAt) >= since,
  );
}

const ANY_TABLE = { schema: 'any', table: 'any' };

/** A table that the stream has not met yet has no version; any will do to match a pattern. */
function namespaceOf(source: string, { schema, table }: { schema: string; table: string }): string {
  const [system = '', instance = ''] = source.split('.');
  return formatNamespace({
    system,
    instance,
    database: schema,
    table,
    version: '1',
    dbPartition: '0',
    tablePartition: '0',
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function readToken(tokenFile: string): Promise<string> {
  if (tokenFile === '') throw refused('', 'no token was given to ask with');
  return (await readFile(tokenFile, 'utf8')).trim();
}

function refused(namespace: string, why: string): RtdpError {
  return new RtdpError({
    code: 'WORMHOLE_PULL_REFUSED',
    message: `${namespace === '' ? 'pulls' : namespace} cannot be asked for: ${why}`,
    next: 'Check RTDP_DBUS_URL, RTDP_SERVICE_TOKEN_FILE and the tables of the source.',
    facts: { namespace },
  });
}
