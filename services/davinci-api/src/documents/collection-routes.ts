/** Decides the requests that every kind of document has: list, read, make, replace by version, remove. */
import { type Role, requireRole } from '@rtdp/identity/roles';
import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Author } from './document-store.ts';

/** Who asks, with the roles that say what they may use. */
export type Caller = Author & { roles: readonly string[] };

/** What stands behind the routes of one kind; each method checks what only this kind has. */
export interface Collection<Input, Item, Listed> {
  list(caller: Caller): Promise<Listed[]>;
  get(caller: Caller, id: string): Promise<Item>;
  create(caller: Caller, input: Input): Promise<Item>;
  replace(caller: Caller, id: string, input: Input): Promise<Item>;
  remove(author: Author, id: string): Promise<void>;
}

export interface CollectionRoutesOptions<Input extends z.ZodType, Item extends z.ZodType, Listed extends z.ZodType> {
  /** For example `views`: the path is `/api/views`. */
  name: string;
  input: Input;
  item: Item;
  listed: Listed;
  collection: Collection<z.output<Input>, z.output<Item>, z.output<Listed>>;
  mayRead: Role;
  mayWrite: Role;
}

const one = z.object({ id: z.uuid() });

export function collectionRoutes<Input extends z.ZodType, Item extends z.ZodType, Listed extends z.ZodType>(
  application: HttpApplication,
  options: CollectionRoutesOptions<Input, Item, Listed>,
): void {
  const { name, collection } = options;
  const tags = [name];
  const path = `/api/${name}`;
  const allowed = (request: FastifyRequest, role: Role): Caller => {
    const identity = identityOf(request);
    requireRole(identity, role);
    return identity;
  };
  // The shapes are the caller's; the checks of zod give values of exactly these types.
  const body = (request: { body: unknown }) => request.body as z.output<Input>;
  const idOf = (request: { params: unknown }) => (request.params as z.output<typeof one>).id;

  application.get(
    path,
    { schema: { tags, response: { 200: listOf(options.listed) as z.ZodType } } },
    async (request) => {
      const items = await collection.list(allowed(request, options.mayRead));
      return { items, total: items.length };
    },
  );
  application.post(
    path,
    { schema: { tags, body: options.input as z.ZodType, response: { 201: options.item as z.ZodType } } },
    async (request, reply) =>
      reply.status(201).send(await collection.create(allowed(request, options.mayWrite), body(request))),
  );
  application.get(
    `${path}/:id`,
    { schema: { tags, params: one, response: { 200: options.item as z.ZodType } } },
    async (request) => collection.get(allowed(request, options.mayRead), idOf(request)),
  );
  application.put(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Replace; the body names the version it was made from',
        params: one,
        body: options.input as z.ZodType,
        response: { 200: options.item as z.ZodType },
      },
    },
    async (request) => collection.replace(allowed(request, options.mayWrite), idOf(request), body(request)),
  );
  application.delete(
    `${path}/:id`,
    { schema: { tags, params: one, response: { 200: doneSchema } } },
    async (request) => {
      await collection.remove(allowed(request, options.mayWrite), idOf(request));
      return { done: true as const };
    },
  );
}
