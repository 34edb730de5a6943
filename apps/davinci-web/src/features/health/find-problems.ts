/** Decides what is wrong on the platform right now, the worst first, each with the page that explains it and what to do. Pure. */
import type { PlatformHealth, ViewState } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import type { GraphStatus } from '../console/graph.ts';
import {
  BUDGETS,
  flowStateStatus,
  flowTableStatus,
  healthStatus,
  mountStatus,
  sourceStatus,
  viewStatus,
} from '../console/statuses.ts';

export interface Problem {
  key: string;
  kind: Extract<GraphStatus, 'broken' | 'late'>;
  /** What it is about: `flow`, and its name. */
  about: 'service' | 'source' | 'flow' | 'table' | 'mount' | 'dead-letters' | 'view' | 'widget';
  name: string;
  /** Which part of a service. */
  part?: string;
  /** In the words of the part itself; empty when only the state tells. */
  message: string;
  next: string;
  href: string;
  count?: number;
  /** How far it is behind, where no words of its own say why: milliseconds, or messages. */
  behind?: { ms: number } | { messages: number };
  /** Names of the dashboards that suffer from it. */
  shownOn?: readonly string[];
}

export interface ProblemParts {
  health?: PlatformHealth | undefined;
  sources: readonly SourceView[];
  flows: readonly FlowStatus[];
  mounts: readonly MountView[];
  views?: readonly { id: string; name: string }[];
  states?: readonly ViewState[];
}

export function findProblems({ health, sources, flows, mounts, views = [], states = [] }: ProblemParts): Problem[] {
  const problems: Problem[] = [];
  const ofOthers: Omit<Problem, 'kind'>[] = [];
  const add = (status: GraphStatus, problem: Omit<Problem, 'kind'>): void => {
    if (status === 'broken' || status === 'late') problems.push({ ...problem, kind: status });
  };
  for (const service of health?.services ?? []) {
    if (service.status === 'ok') continue;
    const part = service.parts.find(({ status }) => status !== 'ok');
    const problem: Omit<Problem, 'kind'> = {
      key: `service ${service.name}`,
      about: 'service',
      name: service.name,
      ...(part === undefined ? { message: service.detail } : { part: part.name, message: part.detail }),
      next: '',
      href: '/status',
    };
    // What a part says is said better by the source or flow it is about, which is listed on its own.
    const isOfOthers =
      service.status === 'degraded' &&
      service.parts.every(({ name, status }) => status === 'ok' || OWN_PAGE.test(name));
    if (isOfOthers) ofOthers.push(problem);
    else add(healthStatus(service.status), problem);
  }
  // Their tables stand still with them.
  const away = sources.filter((source) => ['broken', 'late'].includes(sourceStatus(source)));
  for (const source of sources) {
    const lag = source.stream?.lagMillis;
    const message = source.reason?.message ?? source.health.detail;
    add(sourceStatus(source), {
      key: `source ${source.name}`,
      about: 'source',
      name: source.name,
      message,
      next: source.reason?.next ?? '',
      ...(message === '' && lag !== null && lag !== undefined ? { behind: { ms: lag } } : {}),
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
      // A table that loads is not late: it is being filled. One that stands still while it loads says why.
      if (table.loading && table.reason === null) continue;
      const behind = behindOf(table);
      if (behind !== undefined && 'ms' in behind && away.some(({ source }) => isFrom(table, source))) continue;
      add(flowTableStatus(table), {
        key: `table ${flow.name} ${name}`,
        about: 'table',
        name,
        message: table.reason?.message ?? '',
        next: table.reason?.next ?? '',
        ...(behind === undefined ? {} : { behind }),
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
  const failing = new Set(mounts.filter((mount) => mountStatus(mount) !== 'ok').map(({ name }) => name));
  for (const { viewId, error, tables, dashboards, widgets } of states) {
    // That its database does not answer is told of the mount.
    if (error !== null && !tables.some(({ database }) => failing.has(database))) {
      add(viewStatus({ error }), {
        key: `view ${viewId}`,
        about: 'view',
        name: views.find(({ id }) => id === viewId)?.name ?? viewId,
        message: error.message,
        next: error.next,
        href: `/views/${viewId}`,
        shownOn: dashboards.map(({ name }) => name),
      });
    }
    for (const widget of widgets) {
      add(viewStatus(widget), {
        key: `widget ${widget.id}`,
        about: 'widget',
        name: widget.name,
        message: widget.error.message,
        next: widget.error.next,
        href: `/widgets/${widget.id}`,
        shownOn: widget.dashboards.map(({ name }) => name),
      });
    }
  }
  // A service that is not well has a problem, also while what it is about is not known yet, or was paused by somebody.
  if (problems.length === 0) for (const problem of ofOthers) add('late', problem);
  return problems.toSorted((a, b) => Number(b.kind === 'broken') - Number(a.kind === 'broken'));
}

type Table = FlowStatus['tables'][number];

/** Of a table that has no words of its own: messages that wait for it, or, where none do, how old what it has is. */
function behindOf({ reason, lag, freshnessMs }: Table): Problem['behind'] {
  if (reason !== null) return undefined;
  if (lag > BUDGETS.flowLag) return { messages: lag };
  return freshnessMs === null ? undefined : { ms: freshnessMs };
}

function isFrom({ sources }: Table, source: string): boolean {
  return sources.some((namespace) => namespace.startsWith(`${source}.`));
}

/** What is said of the whole: a service that is well is not all, when something on the platform needs attention. */
export function overallHealth(
  status: PlatformHealth['status'],
  problems: readonly Pick<Problem, 'kind'>[],
): PlatformHealth['status'] {
  return status === 'ok' && problems.length > 0 ? 'degraded' : status;
}

/** Ids of the dashboards on which something cannot be asked. */
export function brokenDashboards(states: readonly ViewState[]): Set<string> {
  const suffering = states.flatMap((state) => [
    ...(viewStatus(state) === 'broken' ? state.dashboards : []),
    ...state.widgets.filter((widget) => viewStatus(widget) === 'broken').flatMap(({ dashboards }) => dashboards),
  ]);
  return new Set(suffering.map(({ id }) => id));
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
