/**
 * Runs in the page before anything else: the language is the one given whatever this browser keeps, the theme follows the
 * system, the session is the one given, and answers are emptied, held back or refused as the tab's own storage says.
 */
{
  const { language, session } = globalThis.givenToScreens;
  const chosen = { 'davinci.language': language, 'davinci.theme': 'system', 'davinci.session': 'yes' };
  const kept = Storage.prototype.getItem;
  Storage.prototype.getItem = function getItem(key) {
    return this === localStorage && key in chosen ? chosen[key] : kept.call(this, key);
  };
  const json = (status, body) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  const failure = {
    code: 'SERVICE_INTERNAL',
    message: 'the service failed in a way it did not expect',
    next: 'Look into the log of the service at this time; the error is there in full.',
    facts: {},
  };

  /** Every list of the answer has nothing in it; what is not a list stays. */
  const emptied = (body) => {
    if (Array.isArray(body)) return [];
    if (typeof body !== 'object' || body === null) return body;
    const lists = ['items', 'databases', 'rows'].filter((name) => Array.isArray(body[name]));
    return {
      ...body,
      ...Object.fromEntries(lists.map((name) => [name, []])),
      ...('total' in body ? { total: 0 } : {}),
      ...('rowCount' in body ? { rowCount: 0 } : {}),
    };
  };

  const real = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input), location.href);
    if (pathname === '/api/session/refresh') return json(200, session);
    const state = sessionStorage.getItem('screens.state') ?? 'full';
    const scope = sessionStorage.getItem('screens.scope') ?? '/api/';
    // Many questions together are questions as well.
    const isChanged =
      pathname.replace(/^\/api\/queries$/, '/api/query').startsWith(scope) &&
      !/^\/api\/(session|me)\b/.test(pathname);
    if (state === 'full' || !isChanged) return real(input, init);
    if (state === 'loading') return new Promise(() => {});
    if (state === 'error') return json(500, failure);
    const isQuestion = pathname === '/api/query' || pathname === '/api/run';
    const isRead = (init?.method ?? 'GET') === 'GET' && !pathname.startsWith('/api/live');
    const answer = await real(input, init);
    if (answer.ok && pathname === '/api/queries') {
      const lines = (await answer.text()).trimEnd().split('\n').map((line) => JSON.parse(line));
      const changed = lines.map((line) => JSON.stringify({ ...line, ...(line.result && { result: emptied(line.result) }) }));
      return new Response(`${changed.join('\n')}\n`, { headers: { 'content-type': 'application/x-ndjson' } });
    }
    return answer.ok && (isQuestion || isRead) ? json(answer.status, emptied(await answer.json())) : answer;
  };
}
