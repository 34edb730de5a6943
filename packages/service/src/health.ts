/** Decides whether a service is well: the worst of what its parts report. */

export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface PartHealth {
  name: string;
  status: HealthStatus;
  /** What is wrong and what to do, in one sentence; empty when all is well. */
  detail: string;
}

export interface HealthReport {
  status: HealthStatus;
  parts: PartHealth[];
}

export interface Health {
  /** Adds a part; its check runs at each report and must answer within a second. */
  add(name: string, check: () => PartHealthResult | Promise<PartHealthResult>): void;
  remove(name: string): void;
  report(): Promise<HealthReport>;
}

export type PartHealthResult = { status: HealthStatus; detail: string };

const RANK: Record<HealthStatus, number> = { ok: 0, degraded: 1, down: 2 };
const CHECK_TIMEOUT_MS = 2_000;

export function createHealth(): Health {
  const checks = new Map<string, () => PartHealthResult | Promise<PartHealthResult>>();
  return {
    add: (name, check) => void checks.set(name, check),
    remove: (name) => void checks.delete(name),
    async report() {
      const parts = await Promise.all(
        [...checks].map(async ([name, check]): Promise<PartHealth> => ({ name, ...(await bounded(check)) })),
      );
      const status = parts.reduce<HealthStatus>(
        (worst, part) => (RANK[part.status] > RANK[worst] ? part.status : worst),
        'ok',
      );
      return { status, parts };
    },
  };
}

async function bounded(check: () => PartHealthResult | Promise<PartHealthResult>): Promise<PartHealthResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartHealthResult>((resolve) => {
    timer = setTimeout(
      () => resolve({ status: 'down', detail: `No answer within ${CHECK_TIMEOUT_MS} ms.` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
