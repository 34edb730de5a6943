/** Decides how a page hears of commits: one stream of what it looks at, opened again when it breaks, from the last event on. */
import type { LiveCommit, LiveReady, LiveStale } from '@rtdp/davinci-api/client';
import { ApiError, send } from './client.ts';
import { createEventReader } from './sse.ts';

/** A dashboard, with the ids of widgets that are about to be put on it, a comma between; or the view that a widget is being made of. */
export type LookedAt = { dashboard: string; widgets?: string } | { view: string };

/** `connecting` at first, `live`, `lost` while it is being opened again, `refused` when it never will be. */
export type LiveState =
  | { is: 'connecting' | 'live' }
  | { is: 'lost'; since: number; why: string }
  | { is: 'refused'; since: number; why: string };

export interface LiveListener {
  onState(state: LiveState): void;
  /** The stream stands: what was asked before this moment may have missed a commit. `resumed`: the server tells of it itself. */
  onReady(ready: LiveReady, resumed: boolean): void;
  onCommit(commit: LiveCommit): void;
  onStale(stale: LiveStale): void;
}

/** The server pings every 5 s; a stream that is silent for longer than this is dead, in milliseconds. */
const SILENCE = 15_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/** Listens until the returned function is called. */
export function listenLive(lookedAt: LookedAt, listener: LiveListener): () => void {
  const over = new AbortController();
  void run(lookedAt, listener, over.signal);
  return () => over.abort();
}

async function run(lookedAt: LookedAt, listener: LiveListener, over: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  let wait = FIRST_WAIT;
  let lostSince: number | undefined;
  listener.onState({ is: 'connecting' });
  while (!over.aborted) {
    let why = 'The stream ended.';
    const attempt = new AbortController();
    const signal = AbortSignal.any([over, attempt.signal]);
    let silence = setTimeout(() => attempt.abort(), SILENCE);
    try {
      const response = await send('/api/live', {
        query: lookedAt,
        signal,
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      });
      const read = createEventReader();
      const decoder = new TextDecoder();
      const body = response.body?.getReader();
      while (body !== undefined) {
        const { done, value } = await body.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), SILENCE);
        for (const { id, event, data } of read(decoder.decode(value, { stream: true }))) {
          if (event === 'ready') {
            wait = FIRST_WAIT;
            lostSince = undefined;
            listener.onState({ is: 'live' });
            listener.onReady(JSON.parse(data) as LiveReady, lastEventId !== undefined);
          } else if (event === 'commit') listener.onCommit(JSON.parse(data) as LiveCommit);
          else if (event === 'stale') {
            const stale = JSON.parse(data) as LiveStale;
            why = stale.message;
            listener.onStale(stale);
          }
          lastEventId = id ?? lastEventId;
        }
      }
    } catch (error) {
      if (over.aborted) return;
      why = attempt.signal.aborted
        ? 'Nothing was heard for a while.'
        : error instanceof Error
          ? error.message
          : String(error);
      if (error instanceof ApiError && [401, 403, 404].includes(error.status)) {
        listener.onState({ is: 'refused', since: Date.now(), why });
        return;
      }
    } finally {
      clearTimeout(silence);
      attempt.abort();
    }
    if (over.aborted) return;
    lostSince ??= Date.now();
    listener.onState({ is: 'lost', since: lostSince, why });
    await pause(wait * (0.5 + Math.random() / 2), over);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
}

/** Waits, or less when the network comes back or the page is looked at again. */
function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      over.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener('online', end);
    over.addEventListener('abort', end);
  });
}
