/** Decides how the figures of many flows are asked for: one question each, less often when there are many. */
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';
import { useQueries } from '@tanstack/react-query';
import { type ApiError, api } from '../../api/client.ts';
import { keyOf } from '../../api/use-api.ts';
import { LOOK_EVERY, LOOK_SELDOM, wormholePath } from '../console/console-api.ts';

/** With more flows than this, each is looked at less often. */
const MANY = 20;

export function useFlowStatuses(flows: readonly FlowView[]): Map<string, FlowStatus> {
  const every = flows.length > MANY ? LOOK_SELDOM : LOOK_EVERY;
  return useQueries({
    queries: flows.map(({ name }) => {
      const path = wormholePath('flows', name, 'status');
      return {
        queryKey: keyOf(path),
        queryFn: ({ signal }: { signal: AbortSignal }) => api<FlowStatus>(path, { signal }),
        refetchInterval: every,
      };
    }),
    combine: (answers: readonly { data: FlowStatus | undefined; error: ApiError | Error | null }[]) =>
      new Map(answers.flatMap(({ data }) => (data === undefined ? [] : [[data.name, data] as const]))),
  });
}
