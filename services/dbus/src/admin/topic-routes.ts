/** Decides the REST side of topics: which there are and who may look into them, and their messages decoded. */
import { firstFrom } from '@rtdp/bus/find-offset';
import type { Registry } from '@rtdp/bus/registry';
import { FIRST_ORGANISATION_ID, hasRole } from '@rtdp/identity/roles';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { lookAtTopic } from '../topics/look-at-topic.ts';
import { messageDetailSchema, messagePageSchema, messageQuestionSchema, topicSchema } from '../topics/topic-shapes.ts';
import { readAny, viewDetail } from '../topics/view-message.ts';
import { allowed, type RouteSurroundings } from './surroundings.ts';

const tags = ['topics'];
const named = z.object({ name: z.string() });
const placed = named.extend({ partition: z.coerce.number().int().min(0), offset: z.string().regex(/^\d{1,19}$/) });

const isOfPlatform = (topic: string): boolean => topic.startsWith('rtdp.');
/** Kafka's own. */
const isInternal = (topic: string): boolean => topic.startsWith('__');

export function topicRoutes(application: HttpApplication, around: RouteSurroundings, registry: Registry | null): void {
  const { bus, sources, now } = around;

  /** Topic → source, of this organisation alone: one that another's source writes as well, or that the platform keeps, is nobody's. */
  async function written(organisationId: string): Promise<Map<string, string>> {
    const all = await sources.list();
    const others = new Set(
      all.filter((stored) => stored.organisationId !== organisationId).map(({ definition }) => definition.topic),
    );
    return new Map(
      all
        .filter(({ definition: { topic } }) => !others.has(topic) && !isOfPlatform(topic))
        .map(({ name, definition }) => [definition.topic, name]),
    );
  }

  /** Messages hold rows as they are, past the rights on columns and rows that views and the gateway know: not for viewers. */
  async function checkMayRead(request: FastifyRequest, topic: string): Promise<void> {
    const { organisationId } = allowed(request, 'editor');
    const isOwn = (await written(organisationId)).has(topic);
    if (isInternal(topic) || !(isOwn || seesAll(request))) {
      throw new RtdpError({
        code: 'DBUS_TOPIC_FORBIDDEN',
        message: `topic ${topic} is not written by a source of yours`,
        next: 'Only administrators of the platform read the other topics.',
        facts: { topic },
      });
    }
  }

  application.get(
    '/topics',
    {
      schema: {
        tags,
        summary: "Topics of one's sources; for an administrator of the platform all but Kafka's own",
        response: { 200: z.array(topicSchema) },
      },
    },
    async (request) => {
      const { organisationId } = allowed(request, 'viewer');
      const bySource = await written(organisationId);
      const there = (await bus.admin().listTopics()).filter((topic) => !isInternal(topic));
      const names = there.filter((topic) => bySource.has(topic) || seesAll(request)).sort();
      const shown = await Promise.all(names.map((name) => offsetsOf(name)));
      return names.flatMap((name, at) => {
        const partitions = shown[at];
        return partitions === undefined ? [] : [{ name, source: bySource.get(name) ?? null, partitions }];
      });
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
      return lookAtTopic(bus, request.params.name, request.query, now);
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

/** Topics that belong to no source, or to somebody else's: for those who run the platform. */
function seesAll(request: FastifyRequest): boolean {
  const identity = identityOf(request);
  return identity.organisationId === FIRST_ORGANISATION_ID && hasRole(identity, 'admin');
}
