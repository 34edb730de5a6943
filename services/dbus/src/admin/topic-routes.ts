/** Decides the REST side of topics: which there are and who may look into them, and their messages decoded. */
import { firstFrom } from '@rtdp/bus/find-offset';
import type { Registry } from '@rtdp/bus/registry';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isOfPlatform } from '../catalog/topic-store.ts';
import { lookAtTopic } from '../topics/look-at-topic.ts';
import { LookSlots } from '../topics/look-slots.ts';
import {
  messageDetailSchema,
  messagePageSchema,
  messageQuestionSchema,
  topicOwnerSchema,
  topicSchema,
} from '../topics/topic-shapes.ts';
import { readAny, viewDetail } from '../topics/view-message.ts';
import { allowed, type RouteSurroundings, seesAll } from './surroundings.ts';

const tags = ['topics'];
const named = z.object({ name: z.string() });
const placed = named.extend({ partition: z.coerce.number().int().min(0), offset: z.string().regex(/^\d{1,19}$/) });

/** Kafka's own. */
const isInternal = (topic: string): boolean => topic.startsWith('__');

export function topicRoutes(application: HttpApplication, around: RouteSurroundings, registry: Registry | null): void {
  const { bus, sources, topics, now } = around;
  const looks = new LookSlots();

  /** Messages hold rows as they are, past the rights on columns and rows that views and the gateway know: not for viewers. */
  async function checkMayRead(request: FastifyRequest, topic: string): Promise<void> {
    const { organisationId } = allowed(request, 'editor');
    const isOwn = (await topics.ownerOf(topic)) === organisationId && !isOfPlatform(topic);
    if (isInternal(topic) || !(isOwn || seesAll(request))) throw notYours(topic);
  }

  application.get(
    '/topics',
    {
      schema: {
        tags,
        summary: "Topics of one's organisation; for an administrator of the platform all but Kafka's own",
        response: { 200: z.array(topicSchema) },
      },
    },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      const owners = await topics.owners();
      const bySource = new Map(
        (await sources.list(organisationId)).map(({ name, definition }) => [definition.topic, name]),
      );
      const there = (await bus.admin().listTopics()).filter((topic) => !isInternal(topic));
      const isOwn = (topic: string): boolean => owners.get(topic) === organisationId && !isOfPlatform(topic);
      const names = there.filter((topic) => isOwn(topic) || seesAll(request)).sort();
      const shown = await Promise.all(names.map((name) => offsetsOf(name)));
      return names.flatMap((name, at) => {
        const partitions = shown[at];
        if (partitions === undefined) return [];
        return [{ name, source: bySource.get(name) ?? null, organisationId: owners.get(name) ?? null, partitions }];
      });
    },
  );

  application.get(
    '/topics/:name/owner',
    {
      schema: {
        tags,
        summary: "Whose a topic is; only for one's own, and for administrators of the platform",
        params: named,
        response: { 200: topicOwnerSchema },
      },
    },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      const topic = request.params.name;
      const owner = await topics.ownerOf(topic);
      if (owner !== organisationId && !seesAll(request)) throw notYours(topic);
      return { topic, organisationId: owner ?? null };
    },
  );

  application.put(
    '/topics/:name/owner',
    {
      schema: {
        tags,
        summary:
          "Give a topic that is nobody's to an organisation, whose editors may then read it; for administrators of the platform",
        params: named,
        body: z.strictObject({ organisationId: z.uuid() }),
        response: { 200: topicOwnerSchema },
      },
    },
    async (request) => {
      const { subject } = allowed(request, 'admin');
      const topic = request.params.name;
      if (!seesAll(request)) throw notYours(topic);
      if (!(await bus.admin().listTopics()).includes(topic)) {
        throw new RtdpError({
          code: 'DBUS_TOPIC_NOT_FOUND',
          message: `Kafka has no topic ${topic}`,
          next: 'A topic that is still to be made belongs to whoever registers the source for it.',
          facts: { topic },
        });
      }
      const { organisationId } = request.body;
      const other = (await sources.list()).find((stored) => {
        return stored.definition.topic === topic && stored.organisationId !== organisationId;
      });
      if (other !== undefined) throw notYours(topic, `is written by source ${other.name} of another organisation`);
      await topics.give(topic, organisationId, subject);
      return { topic, organisationId };
    },
  );

  application.get(
    '/topics/:name/messages',
    {
      schema: {
        tags,
        summary: 'Messages of a topic, committed ones only: the newest, or forward from an offset or a time',
        params: named,
        querystring: messageQuestionSchema,
        response: { 200: messagePageSchema },
      },
    },
    async (request) => {
      await checkMayRead(request, request.params.name);
      const { organisationId } = identityOf(request);
      return looks.run(organisationId, () => lookAtTopic(bus, request.params.name, request.query, now));
    },
  );

  application.get(
    '/topics/:name/messages/:partition/:offset',
    {
      schema: {
        tags,
        summary: 'One message: its rows, its context, its bytes',
        params: placed,
        response: { 200: messageDetailSchema },
      },
    },
    async (request) => {
      await checkMayRead(request, request.params.name);
      const message = await messageAt(request.params);
      return viewDetail(readAny(request.params.partition, message), registry);
    },
  );

  /** Undefined for a topic that went between the list and this look. */
  async function offsetsOf(topic: string) {
    try {
      return (await bus.admin().topicOffsets(topic)).map(({ partition, low, high }) => ({
        partition,
        low: String(low),
        high: String(high),
      }));
    } catch (error) {
      if (isRtdpError(error) && error.code === 'BUS_TOPIC_MISSING') return undefined;
      throw error;
    }
  }

  async function messageAt({ name, partition, offset }: z.output<typeof placed>) {
    const at = BigInt(offset);
    const place = (await bus.admin().topicOffsets(name)).find((one) => one.partition === partition);
    const isThere = place !== undefined && at >= place.low && at < place.high;
    const message = isThere ? await firstFrom(bus, name, partition, at, at + 1n) : undefined;
    if (message !== undefined) return message;
    throw new RtdpError({
      code: 'DBUS_MESSAGE_NOT_FOUND',
      message: `topic ${name} holds no committed message at ${partition} / ${offset}`,
      next: 'It was deleted by retention, was never committed, or is a mark of a transaction.',
      facts: { topic: name, partition, offset },
    });
  }
}

function notYours(topic: string, because = 'is not yours'): RtdpError {
  return new RtdpError({
    code: 'DBUS_TOPIC_FORBIDDEN',
    message: `topic ${topic} ${because}`,
    next: "Topics belong to the organisation whose source writes them; only administrators of the platform see others, and give away what is nobody's.",
    facts: { topic },
  });
}
