/** Decides how the browser asks davinci-api: JSON, the access token, one refresh when it has expired, errors with code and next step. */

import { takeSentAhead } from './sent-ahead.ts';

/** What went wrong at the API, or on the way there (`code` is then `WEB_UNREACHABLE` or `WEB_CANCELLED`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly next: string;
  readonly facts: Record<string, unknown>;

  constructor(status: number, body: { code: string; message: string; next?: string; facts?: Record<string, unknown> }) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code;
    this.next = body.next ?? '';
    this.facts = body.facts ?? {};
  }
}

export type QueryValue = string | number | boolean | undefined | null;

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, QueryValue>;
  signal?: AbortSignal;
  /** False for the calls that make a session. */
  authenticated?: boolean;
}

interface Tokens {
  /** The access token of now, if there is a session. */
  current(): string | undefined;
  /** Asks for a new one; false when the session is over. */
  refresh(): Promise<boolean>;
}

let tokens: Tokens = { current: () => undefined, refresh: async () => false };

/** Called once by the session, which owns the token. */
export function provideTokens(source: Tokens): void {
  tokens = source;
}

/** Asks `path` (from the root, with `/api`) and gives the JSON of the answer; throws ApiError. */
export async function api<T>(path: string, request: ApiRequest = {}): Promise<T> {
  const response = await send(path, request);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Like `api`, but gives the response to read piece by piece. */
export async function send(
  path: string,
  request: ApiRequest & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const authenticated = request.authenticated ?? true;
  let response = await attempt(path, request, authenticated);
  if (response.status === 401 && authenticated && (await tokens.refresh())) {
    response = await attempt(path, request, authenticated);
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function attempt(
  path: string,
  request: ApiRequest & { headers?: Record<string, string> },
  authenticated: boolean,
): Promise<Response> {
  const token = authenticated ? tokens.current() : undefined;
  try {
    const isPlain = request.body === undefined && request.query === undefined;
    const sentAhead = isPlain ? takeSentAhead(path) : undefined;
    const response = sentAhead === undefined ? undefined : await sentAhead;
    if (response !== undefined) return response;
    return await fetch(withQuery(path, request.query), {
      method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  } catch (error) {
    if (request.signal?.aborted) throw new ApiError(0, { code: 'WEB_CANCELLED', message: 'Cancelled.' });
    throw new ApiError(0, {
      code: 'WEB_UNREACHABLE',
      message: `The server does not answer (${error instanceof Error ? error.message : String(error)}).`,
      next: 'Check that the platform runs and that this computer is online, then try again.',
    });
  }
}

function withQuery(path: string, query: Record<string, QueryValue> | undefined): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { code?: unknown; message?: unknown; next?: unknown; facts?: unknown };
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return new ApiError(response.status, {
        code: body.code,
        message: body.message,
        ...(typeof body.next === 'string' ? { next: body.next } : {}),
        ...(typeof body.facts === 'object' && body.facts !== null
          ? { facts: body.facts as Record<string, unknown> }
          : {}),
      });
    }
  } catch {
    // Not one of our answers: a proxy speaks; what it said is told below.
  }
  return new ApiError(response.status, {
    code: response.status === 502 || response.status === 504 ? 'WEB_UNREACHABLE' : `WEB_HTTP_${response.status}`,
    message: `The server answered ${response.status}${text === '' ? '' : `: ${text.slice(0, 200)}`}.`,
    next: 'Try again; if it stays, look at the Health page.',
  });
}
