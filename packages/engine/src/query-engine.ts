/** Decides which query runs when: a limited number at a time, in the order they came, each in a database of its own. */
import { RtdpError } from '@rtdp/ums/error';
import { OpenQuery } from './open-query.ts';
import type { EngineQuery, OpenQueryOptions, QueryEngine, QueryEngineOptions } from './query-contract.ts';
import { QueryDatabase } from './query-database.ts';

const DEFAULT_MEMORY = '512MB';
const DEFAULT_TIMEOUT_MS = 300_000;
/** Opening a database takes 20 to 40 ms, so some wait ready. */
const MOST_READY = 2;

export async function createQueryEngine(options: QueryEngineOptions = {}): Promise<QueryEngine> {
  const memoryLimit = options.memoryLimit ?? DEFAULT_MEMORY;
  const ready: QueryDatabase[] = [await QueryDatabase.open(options, memoryLimit)];
  const open = new Set<OpenQuery>();
  const waiting: { start: () => void; give: (error: RtdpError) => void }[] = [];
  let free = options.concurrentQueries ?? 8;
  let closed = false;

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next.start();
  };
  const enter = async (signal: AbortSignal | undefined): Promise<void> => {
    if (closed) throw closedError();
    if (signal?.aborted === true) throw cancelledError();
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const place = {
        start: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
        give: reject,
      };
      const abort = (): void => {
        waiting.splice(waiting.indexOf(place), 1);
        reject(cancelledError());
      };
      waiting.push(place);
      signal?.addEventListener('abort', abort, { once: true });
    });
  };

  return {
    openQuery: async (query: OpenQueryOptions = {}): Promise<EngineQuery> => {
      await enter(query.signal);
      try {
        const wanted = query.memoryLimit ?? memoryLimit;
        const found = ready.findIndex((database) => database.memoryLimit === wanted);
        const database = found >= 0 ? ready.splice(found, 1)[0]! : await QueryDatabase.open(options, wanted);
        if (closed) {
          database.close();
          throw closedError();
        }
        const opened: OpenQuery = new OpenQuery(
          database,
          query.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
          query.signal,
          (clean) => {
            open.delete(opened);
            if (clean && !closed && ready.length < MOST_READY && database.memoryLimit === memoryLimit)
              ready.push(database);
            else database.close();
            leave();
          },
        );
        open.add(opened);
        return opened;
      } catch (error) {
        leave();
        throw error;
      }
    },
    close: async () => {
      closed = true;
      for (const { give } of waiting.splice(0)) give(closedError());
      await Promise.all([...open].map((query) => query.close()));
      for (const database of ready.splice(0)) database.close();
    },
  };
}

function closedError(): RtdpError {
  return new RtdpError({
    code: 'ENGINE_CLOSED',
    message: 'The engine is closed.',
    next: 'Open the engine again.',
  });
}

function cancelledError(): RtdpError {
  return new RtdpError({
    code: 'ENGINE_CANCELLED',
    message: 'The query was cancelled.',
    next: 'Run it again if that was not meant.',
  });
}
