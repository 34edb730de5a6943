/** Proves that what is due at one moment is one request, that each question is answered, fails and is left by itself, and that an end is told. */
import type { QueryRequest } from '@rtdp/davinci-api/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askTogether } from './ask-together.ts';

interface Sent {
  path: string;
  method: string;
  questions: { id: string; viewId: string }[];
  signal: AbortSignal | undefined;
  write(line: object | string): void;
  end(): void;
}

let sent: Sent[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const body = init.body === undefined ? {} : JSON.parse(String(init.body));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const write = (line: object | string) =>
      void writer.write(new TextEncoder().encode(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
    const { method = 'GET', signal } = init;
    sent.push({
      path,
      method,
      questions: body.questions ?? [body],
      signal: signal ?? undefined,
      write,
      end: () => void writer.close(),
    });
    return method === 'DELETE' ? Response.json({ cancelled: true }) : new Response(readable);
  });
});

afterEach(() => vi.unstubAllGlobals());

const question = (viewId: string): QueryRequest => ({ viewId });
const requests = (count: number) => vi.waitFor(() => expect(sent).toHaveLength(count));

test('one request for what is due together, each answered as its line comes, however the lines are cut', async () => {
  const stays = new AbortController().signal;
  const leaves = new AbortController();
  const asked = ['a', 'b', 'c', 'd'].map((name) => askTogether(question(name), name === 'c' ? leaves.signal : stays));
  const [a, b, c, d] = asked;
  const cEnded = expect(c).rejects.toMatchObject({ code: 'WEB_CANCELLED' });
  await requests(1);
  const { path, questions, write, end } = sent[0]!;
  expect([path, questions.map(({ viewId }) => viewId)]).toEqual(['/api/queries', ['a', 'b', 'c', 'd']]);
  const line = `${JSON.stringify({ id: questions[1]!.id, result: { rows: [['2']] } })}\n`;
  write(line.slice(0, 20));
  write(line.slice(20));
  expect(await b).toEqual({ rows: [['2']] });
  write({
    id: questions[0]!.id,
    status: 403,
    error: { code: 'DAVINCI_VIEW_FORBIDDEN', message: 'no', next: 'ask', facts: {} },
  });
  await expect(a).rejects.toMatchObject({ status: 403, code: 'DAVINCI_VIEW_FORBIDDEN', next: 'ask' });

  leaves.abort();
  await cEnded;
  await requests(2);
  expect(sent[1]).toMatchObject({ path: `/api/queries?ids=${questions[2]!.id}`, method: 'DELETE' });
  expect(sent[0]!.signal!.aborted).toBe(false);
  // The connection breaks before the last one is answered.
  end();
  await expect(d).rejects.toMatchObject({ code: 'WEB_UNREACHABLE' });
});

test('one alone goes the plain way; what all have left is not asked, or is ended', async () => {
  const alone = new AbortController();
  const only = askTogether(question('a'), alone.signal);
  await requests(1);
  expect(sent[0]!.path).toBe('/api/query');
  sent[0]!.write('{"rows":[]}');
  sent[0]!.end();
  expect(await only).toEqual({ rows: [] });

  const early = new AbortController();
  const never = askTogether(question('b'), early.signal);
  early.abort();
  await expect(never).rejects.toMatchObject({ code: 'WEB_CANCELLED' });
  expect(sent).toHaveLength(1);

  const both = new AbortController();
  const ended = ['c', 'd'].map((name) => askTogether(question(name), both.signal));
  const failed = Promise.all(ended.map((each) => expect(each).rejects.toMatchObject({ code: 'WEB_CANCELLED' })));
  await requests(2);
  both.abort();
  await failed;
  expect(sent[1]!.signal!.aborted).toBe(true);
});

test('a server that knows no questions together is asked one by one', async () => {
  const answered: string[] = [];
  vi.stubGlobal('fetch', async (path: string, { body }: RequestInit) => {
    if (path === '/api/queries') return Response.json({ code: 'SERVICE_NOT_FOUND', message: 'no' }, { status: 404 });
    answered.push(path);
    return Response.json({ rows: [[JSON.parse(String(body)).viewId]] });
  });
  const { signal } = new AbortController();
  const results = await Promise.all([askTogether(question('a'), signal), askTogether(question('b'), signal)]);
  expect(results).toEqual([{ rows: [['a']] }, { rows: [['b']] }]);
  expect(answered).toEqual(['/api/query', '/api/query']);
});
