/** Decides which commands a source and a pull are offered in a state; DBus decides again, and says why when it refuses. Pure. */
import type { PullView, SourceView } from '@rtdp/dbus/client';

export type SourceCommand = 'start' | 'pause' | 'stop';

export function sourceCommands(state: SourceView['state']): SourceCommand[] {
  switch (state) {
    case 'registered':
      return ['start', 'stop'];
    case 'starting':
    case 'running':
      return ['pause', 'stop'];
    case 'failed':
      return ['start', 'pause', 'stop'];
    case 'paused':
      return ['start', 'stop'];
    case 'stopped':
      return ['start'];
    case 'removing':
      return [];
  }
}

export type PullCommand = 'pause' | 'resume' | 'cancel' | 'rerun';

export function pullCommands(state: PullView['state']): PullCommand[] {
  switch (state) {
    case 'waiting':
    case 'running':
      return ['pause', 'cancel'];
    case 'paused':
    case 'failed':
      return state === 'failed' ? ['resume', 'cancel', 'rerun'] : ['resume', 'cancel'];
    case 'done':
    case 'cancelled':
      return ['rerun'];
  }
}
