import { RtdpError } from '@rtdp/ums/error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createServiceClient } from './client.ts';
import { createHealth } from './health.ts';
import { createHttpServer, type HttpServer, identityOf } from './http.ts';
import { createLogger } from './logging.ts';
import { createMetrics } from './metrics.ts';

const health = createHealth();
let server: HttpServer;
let baseUrl: string;

beforeAll(async () => {
  server = await createHttpServer({
    name: 'test',
    version: '1',
    logger: createLogger('test', 'silent'),
    metrics: createMetrics(),
    health,
    ready: () => true,
    verifier: {
      async verify(token) {
        if (token === 'good') return { subject: 'ann', organisationId: 'o', roles: ['viewer'] };
        throw new RtdpError({ code: 'IDENTITY_TOKEN_INVALID', message: 'no', next: 'sign in' });
      },
    },
    routes(application) {
      application.get('/who', async (request) => ({ subject: identityOf(request).subject }));
      application.post(
        '/double',
        { schema: { body: z.strictObject({ number: z.number(), round: z.enum(['up', 'down']).optional() }) } },
        async (request) => ({
          number: request.body.number * 2,
        }),
      );
      application.get('/open/:part', { config: { open: true } }, async () => ({ open: true }));
      application.get('/broken', async () => {
        throw new Error('inner secret');
      });
    },
  });
  baseUrl = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
});
afterAll(() => server.close());

const withToken = { headers: { authorization: 'Bearer good' } };

describe('http server', () => {
  it('asks for a token on everything but health, readiness, metrics, docs and routes that say they are open', async () => {
    for (const path of ['/health', '/ready', '/metrics', '/docs/', '/docs/json']) {
      expect((await fetch(baseUrl + path)).status, path).toBe(200);
    }
    expect((await fetch(`${baseUrl}/open/door`)).status).toBe(200);
    for (const path of ['/who', '/%77ho', '/double', '/nowhere', '/docsx', '/health/../who', '/open', '/open/a/b']) {
      expect((await fetch(baseUrl + path)).status, path).toBe(401);
    }
    expect((await fetch(`${baseUrl}/who`, { headers: { authorization: 'Bearer bad' } })).status).toBe(401);
    expect(await (await fetch(`${baseUrl}/who`, withToken)).json()).toEqual({ subject: 'ann' });
  });

  it('names the field of a request that is wrong', async () => {
    const client = createServiceClient({ baseUrl, token: 'good' });
    const answer = z.object({ number: z.number() });
    expect(await client.request('POST', '/double', answer, { number: 21 })).toEqual({ number: 42 });
    await expect(client.request('POST', '/double', answer, {})).rejects.toMatchObject({
      message: 'body.number: is missing',
    });
    await expect(client.request('POST', '/double', answer, { number: 1, rond: 'up' })).rejects.toMatchObject({
      message: 'body: there is no "rond" here; did you mean "round"?',
    });
    await expect(client.request('POST', '/double', answer, { number: 1, round: 'dwon' })).rejects.toMatchObject({
      message: 'body.round: there is no "dwon" here; did you mean "down"?',
    });
    await expect(client.request('POST', '/double', answer, { number: 'x' })).rejects.toMatchObject({
      code: 'SERVICE_REQUEST_INVALID',
      message: expect.stringContaining('body.number'),
    });
  });

  it('tells the caller nothing of an error it did not expect', async () => {
    const response = await fetch(`${baseUrl}/broken`, withToken);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('inner secret');
  });

  it('is down when one part is, and says which', async () => {
    health.add('source shop', () => ({ status: 'down', detail: 'The slot is lost.' }));
    const response = await fetch(`${baseUrl}/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'down',
      parts: [{ name: 'source shop', status: 'down', detail: 'The slot is lost.' }],
    });
    health.remove('source shop');
  });

  it('says which service does not answer', async () => {
    const client = createServiceClient({ baseUrl: 'http://127.0.0.1:1', token: 'good' });
    await expect(client.request('GET', '/who', z.unknown())).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
