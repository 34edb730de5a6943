/** Decides how one service calls another: JSON over HTTP with a token and a time limit, errors as they were raised there. */
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';

export interface ServiceClientOptions {
  /** For example `http://127.0.0.1:7401`. */
  baseUrl: string;
  /** A token, or where to get a fresh one. */
  token: string | (() => Promise<string>);
  timeoutMs?: number;
  /** In the name of which organisation, where those who run the platform ask for another than their own. */
  organisationId?: string | undefined;
}

/** Names the organisation for which those who run the platform ask. */
export const ORGANISATION_HEADER = 'rtdp-organisation';

export interface ServiceClient {
  /**
   * Sends and checks the answer against `answer`. Aborting `signal` breaks the connection, and rejects with the signal's reason.
   * @throws RtdpError with the far side's code, or SERVICE_UNAVAILABLE.
   */
  request<Schema extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    answer: Schema,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>>;
}

export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  return {
    async request(method, path, answer, body, signal) {
      const token = typeof options.token === 'string' ? options.token : await options.token();
      const { response, text } = await send(options, method, path, token, body, signal);
      if (!response.ok) throw remoteError(response.status, text, `${method} ${path}`);
      const parsed = answer.safeParse(text === '' ? undefined : JSON.parse(text));
      if (parsed.success) return parsed.data;
      throw new RtdpError({
        code: 'SERVICE_UNAVAILABLE',
        message: `${method} ${path} was answered in a form this version does not know: ${parsed.error.message}`,
        next: 'Run the same version of every service.',
      });
    },
  };
}

async function send(
  options: ServiceClientOptions,
  method: string,
  path: string,
  token: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<{ response: Response; text: string }> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (options.organisationId !== undefined) headers[ORGANISATION_HEADER] = options.organisationId;
  const late = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  try {
    const response = await fetch(new URL(path, options.baseUrl), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    // Read here: a service that dies in the middle of its answer has not answered.
    return { response, text: await response.text() };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new RtdpError({
      code: 'SERVICE_UNAVAILABLE',
      message: `${options.baseUrl} did not answer ${method} ${path}`,
      next: 'Check that the service runs and listens there.',
      facts: { baseUrl: options.baseUrl },
      cause,
    });
  }
}

function remoteError(status: number, text: string, what: string): RtdpError {
  try {
    const body = JSON.parse(text) as {
      code?: string;
      message?: string;
      next?: string;
      facts?: Record<string, unknown>;
    };
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return new RtdpError({ code: body.code, message: body.message, next: body.next ?? '', facts: body.facts ?? {} });
    }
  } catch {
    // Not JSON: a proxy or another program answered; what it said is in the facts below.
  }
  return new RtdpError({
    code: 'SERVICE_UNAVAILABLE',
    message: `${what} was answered with status ${status}`,
    next: 'Check that the address belongs to a service of this platform.',
    facts: { status, body: text.slice(0, 500) },
  });
}
