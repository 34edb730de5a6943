/**
 * Decides how questions that are due at the same moment travel: all in one request, whose answer brings each as soon as it is there. A browser
 * asks only a few requests of one server at a time, and the server answers those that come together with fewer statements.
 */
import type { QueriesLine, QueryRequest, QueryResult } from '@rtdp/davinci-api/client';
import { ApiError, api, send } from './client.ts';

interface Waiting {
  id: string;
  question: QueryRequest;
  signal: AbortSignal;
  answer(result: QueryResult): void;
  fail(error: unknown): void;
}

/** The most that one request takes. */
const MOST = 200;

let due: Waiting[] = [];

/** Throws ApiError. Aborting ends this question alone; the request ends with its last one. */
export function askTogether(question: QueryRequest, signal: AbortSignal): Promise<QueryResult> {
  return new Promise((answer, fail) => {
    if (due.length === 0) setTimeout(sendDue);
    due.push({ id: crypto.randomUUID(), question, signal, answer, fail });
  });
}

function sendDue(): void {
  const waiting = due.filter(({ signal }) => !signal.aborted);
  for (const { signal, fail } of due) if (signal.aborted) fail(left());
  due = [];
  for (let first = 0; first < waiting.length; first += MOST) void sendTogether(waiting.slice(first, first + MOST));
}

async function sendTogether(questions: readonly Waiting[]): Promise<void> {
  const [only] = questions;
  if (questions.length === 1) return askAlone(only!);
  const request = new AbortController();
  const open = new Map(questions.map((each) => [each.id, each]));
  let gone: string[] = [];
  const tellGone = () => {
    const ids = gone.join(',');
    gone = [];
    // Where it cannot be told, the questions run to their end and nobody reads the answers.
    if (open.size > 0) void send('/api/queries', { method: 'DELETE', query: { ids } }).catch(() => undefined);
  };
  const listeners = questions.map((each) => {
    const leave = () => {
      if (!open.delete(each.id)) return;
      each.fail(left());
      if (open.size === 0) request.abort();
      // Often many leave at once.
      else if (gone.push(each.id) === 1) setTimeout(tellGone);
    };
    each.signal.addEventListener('abort', leave, { once: true });
    return () => each.signal.removeEventListener('abort', leave);
  });
  const take = (line: string) => {
    const { id, result, status, error } = JSON.parse(line) as QueriesLine;
    const each = open.get(id);
    if (!open.delete(id)) return;
    if (result !== undefined) each!.answer(result);
    else each!.fail(new ApiError(status ?? 0, error ?? { code: 'WEB_UNREACHABLE', message: 'There is no answer.' }));
  };
  try {
    const body = { questions: questions.map(({ id, question }) => ({ id, ...question })) };
    const response = await send('/api/queries', { body, signal: request.signal });
    await readLines(response, take);
    throw new ApiError(0, {
      code: 'WEB_UNREACHABLE',
      message: 'The answer broke off.',
      next: 'Try again; if it stays, look at the Health page.',
    });
  } catch (error) {
    // Told to everybody who still waits: the page shows it, or asks again. A server from before a change, while the new one is being brought up.
    const isOlder = error instanceof ApiError && error.code === 'SERVICE_NOT_FOUND';
    if (isOlder) await Promise.all([...open.values()].map(askAlone));
    const reason =
      error instanceof ApiError
        ? error
        : new ApiError(0, { code: 'WEB_UNREACHABLE', message: `The answer broke off (${String(error)}).` });
    for (const { fail } of open.values()) fail(reason);
    open.clear();
  } finally {
    for (const stop of listeners) stop();
  }
}

function askAlone({ question: body, signal, answer, fail }: Waiting): Promise<void> {
  return api<QueryResult>('/api/query', { body, signal }).then(answer, fail);
}

async function readLines(response: Response, take: (line: string) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
}

function left(): ApiError {
  return new ApiError(0, { code: 'WEB_CANCELLED', message: 'Cancelled.' });
}
