/** Decides how a statement is run from the editor: one at a time, with its time counted, and cancelled at the source. */
import type { RunRequest, RunResult } from '@rtdp/davinci-api/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, api } from '../../api/client.ts';
import { viewerZone } from '../../shell/numbers.ts';

export type RunState =
  | { is: 'idle' }
  | { is: 'running'; since: number }
  | { is: 'cancelling'; since: number }
  | { is: 'done'; result: RunResult; at: number }
  | { is: 'failed'; error: ApiError; offset: number }
  | { is: 'cancelled'; after: number };

export interface RunEnd {
  result?: RunResult;
  error?: ApiError;
}

export interface Runner {
  state: RunState;
  /** Resolves when it has ended, however it did. */
  run(request: Omit<RunRequest, 'runId' | 'timeZone'>, offset: number): Promise<RunEnd>;
  cancel(): void;
  /** Forgets the error of a statement that has been changed since. */
  forgetError(): void;
}

export function useRun(): Runner {
  const [state, setState] = useState<RunState>({ is: 'idle' });
  const running = useRef<{ runId: string; abort: AbortController; isCancelled: boolean } | undefined>(undefined);

  const run = useCallback<Runner['run']>(async (request, offset) => {
    if (running.current !== undefined) return {};
    const since = Date.now();
    const own = { runId: crypto.randomUUID(), abort: new AbortController(), isCancelled: false };
    running.current = own;
    setState({ is: 'running', since });
    try {
      const body: RunRequest = { ...request, runId: own.runId, timeZone: viewerZone() };
      const result = await api<RunResult>('/api/run', { body, signal: own.abort.signal });
      setState({ is: 'done', result, at: Date.now() });
      return { result };
    } catch (error) {
      if (own.isCancelled) {
        setState({ is: 'cancelled', after: Date.now() - since });
        return {};
      }
      if (!(error instanceof ApiError)) throw error;
      setState({ is: 'failed', error, offset });
      return { error };
    } finally {
      running.current = undefined;
    }
  }, []);

  const cancel = useCallback(() => {
    const own = running.current;
    if (own === undefined || own.isCancelled) return;
    own.isCancelled = true;
    setState((before) => (before.is === 'running' ? { is: 'cancelling', since: before.since } : before));
    // The server ends the statement at the source; should it not answer, breaking the connection tells it too.
    api(`/api/run/${own.runId}`, { method: 'DELETE' }).then(
      () => undefined,
      () => own.abort.abort(),
    );
  }, []);

  const forgetError = useCallback(() => setState((before) => (before.is === 'failed' ? { is: 'idle' } : before)), []);

  // A page that goes leaves no query behind.
  useEffect(() => () => running.current?.abort.abort(), []);

  return { state, run, cancel, forgetError };
}

/** Milliseconds since `since`, counted on while it is set. */
export function useElapsed(since: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === undefined) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? 0 : Math.max(0, now - since);
}
