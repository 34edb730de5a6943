/** Asks each part whether it is well, from its address alone: for the supervisor, and for `status` in another process. */
import { acceptsConnection } from '@rtdp/local/ports';
import pg from 'pg';
import { PART_NAMES, type PartName, type PlatformDescription } from './contract.ts';

export interface PartCheck {
  name: PartName;
  state: 'ok' | 'degraded' | 'down';
  detail: string;
  /** Of a service: the names of what it says is not well. */
  unwell?: readonly string[];
}

const ANSWER_MILLISECONDS = 3000;

/** Checks every part side by side; takes at most about three seconds and never throws. */
export async function checkParts(platform: PlatformDescription): Promise<PartCheck[]> {
  return Promise.all(PART_NAMES.map((name) => checkPart(platform, name)));
}

export async function checkPart(platform: PlatformDescription, name: PartName): Promise<PartCheck> {
  try {
    return { name, ...(await CHECKS[name](platform)) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, state: name === 'registry' ? 'degraded' : 'down', detail };
  }
}

type Answer = Omit<PartCheck, 'name'>;
const OK: Answer = { state: 'ok', detail: '' };

const CHECKS: Record<PartName, (platform: PlatformDescription) => Promise<Answer>> = {
  metadata: ({ metadata }) => askPostgres(metadata.superuser.url),
  shop: ({ shop }) => askPostgres(shop.owner.url),
  warehouse: ({ warehouse }) => askPostgres(warehouse.writer.url),
  shadow: ({ shadow }) => askPostgres(shadow.superuser.url),
  async kafka({ kafka }) {
    const [host, port] = (kafka.brokers[0] ?? '').split(':');
    const listens = await acceptsConnection(Number(port), host, ANSWER_MILLISECONDS);
    return listens ? OK : { state: 'down', detail: `nothing listens on ${kafka.brokers[0]}` };
  },
  async registry({ registry }) {
    const response = await ask(registry.healthUrl);
    if (response.ok) return OK;
    return { state: 'degraded', detail: `it answers ${response.status}; JSON data goes on without it` };
  },
  dbus: ({ services }) => askService(services.dbus.url),
  wormhole: ({ services }) => askService(services.wormhole.url),
  moonbox: ({ services }) => askService(services.moonbox.url),
  'davinci-api': ({ services }) => askService(services['davinci-api'].url),
};

async function askPostgres(url: string): Promise<Answer> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER_MILLISECONDS,
    query_timeout: ANSWER_MILLISECONDS,
    application_name: 'rtdp status',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return OK;
  } finally {
    // It has answered, or its failure is told already.
    await client.end().catch(() => undefined);
  }
}

/** A service's own report: the worst of its parts, with the sentences of those that are not well. */
async function askService(url: string): Promise<Answer> {
  const response = await ask(`${url}/health`);
  const report = (await response.json()) as {
    status?: string;
    parts?: { name: string; status: string; detail: string }[];
  };
  const unwell = (report.parts ?? []).filter((part) => part.status !== 'ok');
  const detail = unwell.map((part) => `${part.name}: ${part.detail}`).join('; ');
  if (report.status === 'ok') return OK;
  return {
    state: report.status === 'degraded' ? 'degraded' : 'down',
    detail: detail || `it answers ${response.status}`,
    unwell: unwell.map(({ name }) => name),
  };
}

async function ask(url: string): Promise<Response> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
  } catch (cause) {
    const why =
      cause instanceof Error && cause.name === 'TimeoutError'
        ? `no answer in ${ANSWER_MILLISECONDS / 1000} s`
        : 'no connection';
    throw new Error(`${why} to ${url}`, { cause });
  }
}
