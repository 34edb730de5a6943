/** Decides what is wrong on the platform right now, the worst first, each with the page that explains it and what to do. Pure. */
import type { PlatformHealth } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import type { GraphStatus } from '../console/graph.ts';
import { flowStateStatus, flowTableStatus, healthStatus, mountStatus, sourceStatus } from '../console/statuses.ts';

export interface Problem {
  key: string;
  kind: Extract<GraphStatus, 'broken' | 'late'>;
  /** What it is about: `flow`, and its name. */
  about: 'service' | 'source' | 'flow' | 'table' | 'mount' | 'dead-letters';
  name: string;
  /** Which part of a service. */
  part?: string;
  /** In the words of the part itself; empty when only the state tells. */
  message: string;
  next: string;
  href: string;
  count?: number;
}

export interface ProblemParts {
  health?: PlatformHealth | undefined;
  sources: readonly SourceView[];
  flows: readonly FlowStatus[];
  mounts: readonly MountView[];
}

export function findProblems({ health, sources, flows, mounts }: ProblemParts): Problem[] {
  const problems: Problem[] = [];
  const add = (status: GraphStatus, problem: Omit<Problem, 'kind'>): void => {
    if (status === 'broken' || status === 'late') problems.push({ ...problem, kind: status });
  };
  for (const service of health?.services ?? []) {
    if (service.status === 'ok') continue;
    // What a part says is said better by the source or flow it is about, which is listed on its own.
    if (
      service.status === 'degraded' &&
      service.parts.every(({ name, status }) => status === 'ok' || OWN_PAGE.test(name))
    )
      continue;
    const part = service.parts.find(({ status }) => status !== 'ok');
    add(healthStatus(service.status), {
      key: `service ${service.name}`,
      about: 'service',
      name: service.name,
      ...(part === undefined ? { message: service.detail } : { part: part.name, message: part.detail }),
      next: '',
      href: '/status',
    });
  }
  for (const source of sources) {
    add(sourceStatus(source), {
      key: `source ${source.name}`,
      about: 'source',
      name: source.name,
      message: source.reason?.message ?? source.health.detail,
      next: source.reason?.next ?? '',
      href: `/sources/${encodeURIComponent(source.name)}`,
    });
  }
  for (const flow of flows) {
    const href = `/flows/${encodeURIComponent(flow.name)}`;
    add(flowStateStatus(flow), {
      key: `flow ${flow.name}`,
      about: 'flow',
      name: flow.name,
      message: flow.reason?.message ?? '',
      next: flow.reason?.next ?? '',
      href,
    });
    for (const table of flow.tables) {
      const name = `${table.schema}.${table.table}`;
      // While the whole flow stands still, its tables say nothing new.
      if (flow.state !== 'running') break;
      // A table that loads is not late: it is being filled.
      if (table.loading) continue;
      add(flowTableStatus(table), {
        key: `table ${flow.name} ${name}`,
        about: 'table',
        name,
        message: table.reason?.message ?? '',
        next: table.reason?.next ?? '',
        href: `${href}?tab=tables&table=${encodeURIComponent(name)}`,
      });
    }
    if (flow.openDeadLetters > 0) {
      add('late', {
        key: `dead ${flow.name}`,
        about: 'dead-letters',
        name: flow.name,
        message: '',
        next: '',
        href: `${href}?tab=dead-letters`,
        count: flow.openDeadLetters,
      });
    }
  }
  for (const mount of mounts) {
    add(mountStatus(mount), {
      key: `mount ${mount.name}`,
      about: 'mount',
      name: mount.name,
      message: mount.error?.message ?? '',
      next: mount.error?.next ?? '',
      href: `/queries?tab=mounts&mount=${encodeURIComponent(mount.name)}`,
    });
  }
  return problems.toSorted((a, b) => Number(b.kind === 'broken') - Number(a.kind === 'broken'));
}

/** Parts of a service's health that are about things which have a page of their own. */
const OWN_PAGE = /^(source |flows$|mounts$)/;

/**
 * What may be said when this is known: that there are problems, that all is fine only when the platform says so of itself right now,
 * that it told so earlier and does not answer now, or nothing yet.
 */
export function verdictOf(
  problems: readonly Problem[],
  health: { data: unknown; error: unknown },
): 'problems' | 'fine' | 'untold' | 'unknown' {
  if (problems.length > 0) return 'problems';
  if (health.data === undefined) return 'unknown';
  return health.error === null ? 'fine' : 'untold';
}
