/** Decides which commands a flow is offered in a state; Wormhole decides again, and says why when it refuses. Pure. */
import type { FlowView } from '@rtdp/wormhole/client';

export type FlowCommand = 'start' | 'resume' | 'pause' | 'stop' | 'pull';

export function flowCommands(state: FlowView['state']): FlowCommand[] {
  switch (state) {
    case 'stopped':
      return ['start'];
    case 'failed':
      return ['start', 'stop'];
    case 'paused':
      return ['resume', 'stop'];
    case 'running':
      return ['pause', 'stop', 'pull'];
    case 'starting':
    case 'retrying':
      return ['pause', 'stop'];
  }
}
