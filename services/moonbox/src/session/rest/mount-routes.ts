/** Decides which requests there are for mounts: list, look, mount, refresh, unmount. */

import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import type { HttpApplication } from '@rtdp/service/http';
import { z } from 'zod';
import type { Administration } from '../../admin/administration.ts';
import { audited } from '../../admin/audited.ts';
import { mountRequestSchema, mountSchema } from '../../client/mounts.ts';
import type { RunningQueries } from '../../query/running.ts';
import { principalOf } from './principal.ts';
import { mountView } from './views.ts';

export interface AdministrationRoutesOptions {
  administration: Administration;
  running: RunningQueries;
}

const tags = ['mounts'];
const named = z.object({ name: z.string() });

export function mountRoutes(application: HttpApplication, options: AdministrationRoutesOptions): void {
  const { administration, running } = options;

  application.get(
    '/mounts',
    {
      schema: {
        tags,
        summary: 'Mounted stores of which the caller may read something',
        response: { 200: listOf(mountSchema) },
      },
    },
    async (request) => {
      const mounts = administration.mounts(principalOf(request));
      return { items: mounts.map(mountView), total: mounts.length };
    },
  );

  application.post(
    '/mounts',
    {
      schema: {
        tags,
        summary: 'Mount a store, once its connection is tested; the password is sealed and never returned',
        body: mountRequestSchema,
        response: { 201: mountSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { name } = request.body;
      const sql = `MOUNT DATABASE ${name}`;
      await audited(running, { principal, kind: 'MOUNT DATABASE', sql }, () =>
        administration.mount(principal, request.body),
      );
      return reply.status(201).send(mountView(administration.mountOf(principal, name)));
    },
  );

  application.get(
    '/mounts/:name',
    { schema: { tags, params: named, response: { 200: mountSchema } } },
    async (request) => mountView(administration.mountOf(principalOf(request), request.params.name)),
  );

  application.post(
    '/mounts/:name/refresh',
    {
      schema: {
        tags,
        summary: 'Read tables, columns, keys and row counts anew',
        params: named,
        response: { 200: mountSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { name } = request.params;
      await audited(running, { principal, kind: 'REFRESH DATABASE', sql: `REFRESH DATABASE ${name}` }, () =>
        administration.refresh(principal, name),
      );
      return mountView(administration.mountOf(principal, name));
    },
  );

  application.delete(
    '/mounts/:name',
    {
      schema: {
        tags,
        summary: 'Forget a store and the grants on it; the store stays as it is',
        params: named,
        response: { 200: doneSchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { name } = request.params;
      await audited(running, { principal, kind: 'UNMOUNT DATABASE', sql: `UNMOUNT DATABASE ${name}` }, () =>
        administration.unmount(principal, name),
      );
      return { done: true as const };
    },
  );
}
