/** Decides how well the platform is: the worst of its services, each as it says itself, with the time since which it is so. */

import { FIRST_ORGANISATION_ID, requireRole } from '@rtdp/identity/roles';
import type { Health, HealthStatus } from '@rtdp/service/health';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { z } from 'zod';
import { healthSchema, type PlatformHealth } from '../client/platform.ts';

type ServiceHealth = PlatformHealth['services'][number];

const ANSWER_MS = 3_000;
/** How late a change of state may be noted while nobody asks, milliseconds. */
const LOOK_MS = 10_000;
const RANK: Record<HealthStatus, number> = { ok: 0, degraded: 1, down: 2 };
const reportSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  parts: z.array(z.object({ name: z.string(), status: z.enum(['ok', 'degraded', 'down']), detail: z.string() })),
});

export interface PlatformHealthOptions {
  own: Health;
  services: Readonly<Record<'dbus' | 'wormhole' | 'moonbox', string>>;
  now: () => number;
}

export class PlatformHealthCheck {
  readonly #options: PlatformHealthOptions;
  readonly #since = new Map<string, { status: HealthStatus; at: number }>();

  constructor(options: PlatformHealthOptions) {
    this.#options = options;
  }

  /** Looks by itself from now on, so that the time since which something is so does not hang on when somebody asked. Returns what ends it. */
  watch(lookMs = LOOK_MS): () => void {
    let timer: NodeJS.Timeout | undefined;
    let isEnded = false;
    const look = async (): Promise<void> => {
      await this.report();
      if (!isEnded) timer = setTimeout(look, lookMs).unref();
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  /** Never rejects: what does not answer is down. */
  async report(): Promise<PlatformHealth> {
    const { own, services, now } = this.#options;
    const names = ['dbus', 'wormhole', 'moonbox'] as const;
    const reports = await Promise.all([
      own.report().then((report): Omit<ServiceHealth, 'since'> => ({ name: 'davinci-api', detail: '', ...report })),
      ...names.map((name) => ask(name, services[name])),
    ]);
    const all = reports.map((report) => ({ ...report, since: this.#sinceOf(report) }));
    const worst = all.reduce<HealthStatus>((so, { status }) => (RANK[status] > RANK[so] ? status : so), 'ok');
    return { status: worst, at: new Date(now()).toISOString(), services: all };
  }

  #sinceOf({ name, status }: { name: string; status: HealthStatus }): string {
    const known = this.#since.get(name);
    const at = known?.status === status ? known.at : this.#options.now();
    this.#since.set(name, { status, at });
    return new Date(at).toISOString();
  }
}

async function ask(name: ServiceHealth['name'], baseUrl: string): Promise<Omit<ServiceHealth, 'since'>> {
  try {
    const response = await fetch(new URL('/health', baseUrl), { signal: AbortSignal.timeout(ANSWER_MS) });
    return { name, detail: '', ...reportSchema.parse(await response.json()) };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const detail = late ? `It did not answer within ${ANSWER_MS / 1000} s.` : 'It does not answer.';
    return { name, status: 'down', detail, parts: [] };
  }
}

export function healthRoutes(application: HttpApplication, check: PlatformHealthCheck): void {
  application.get(
    '/api/health',
    { schema: { tags: ['platform'], summary: 'How well every part is', response: { 200: healthSchema } } },
    async (request) => {
      const identity = identityOf(request);
      requireRole(identity, 'viewer');
      const report = await check.report();
      if (identity.organisationId === FIRST_ORGANISATION_ID) return report;
      // The parts are sources and flows, by their names, of whatever organisation.
      return { ...report, services: report.services.map((service) => ({ ...service, parts: [] })) };
    },
  );
}
