/**
 * Decides whose a topic is. A topic is owned by the organisation whose source was first registered for it, before Kafka has it, or to
 * which an administrator of the platform gave it; it stays its own when the source is gone, for its rows are still there. One that
 * Kafka had before anybody registered a source for it is nobody's, and nobody may name it until it is given to somebody.
 *
 * The name of a source in Kafka (`<system>.<instance>`, the first parts of its namespaces) is owned like a topic, also where its topic is
 * called otherwise: positions and schemas are kept under it, so no two organisations may have one.
 */

import type { Knex } from '@rtdp/service/metadata';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';

export interface TopicStore {
  /** Topic → id of the organisation that owns it. */
  owners(): Promise<ReadonlyMap<string, string>>;
  ownerOf(topic: string): Promise<string | undefined>;
  /** Gives a topic that is nobody's away. @throws RtdpError DBUS_TOPIC_FORBIDDEN for one that somebody else has, or that is the platform's */
  give(topic: string, organisationId: string, subject: string): Promise<void>;
}

interface TopicRow {
  topic: string;
  organisation_id: string;
}

export function createTopicStore(database: Knex): TopicStore {
  return {
    async owners() {
      const rows = (await database('topics').select('topic', 'organisation_id')) as TopicRow[];
      return new Map(rows.map((row) => [row.topic, row.organisation_id]));
    },
    ownerOf: (topic) => ownerIn(database, topic),
    give: (topic, organisationId, subject) => take(database, topic, organisationId, `given by ${subject}`),
  };
}

/**
 * Takes a topic, or the name of a source, for a source that is being registered, in the transaction that keeps the source.
 * @param isThere whether Kafka has such a topic already
 * @throws RtdpError DBUS_TOPIC_FORBIDDEN, DBUS_TOPIC_UNOWNED
 */
export async function claimTopic(
  work: Knex,
  topic: string,
  source: { organisationId: string; name: string },
  isThere: boolean,
): Promise<void> {
  const owner = await ownerIn(work, topic);
  if (owner === undefined && isThere && !isOfPlatform(topic)) {
    throw new RtdpError({
      code: 'DBUS_TOPIC_UNOWNED',
      message: `topic ${topic} is in Kafka already and belongs to nobody, so no source may write to it`,
      next: `Choose another topic, or have an administrator of the platform give it to you: ${typedCommand(`topic give ${topic} ${source.organisationId}`)}.`,
      facts: { topic },
    });
  }
  await take(work, topic, source.organisationId, `source ${source.name}`);
}

/** Kept by the platform, or by Kafka, for itself. */
export function isOfPlatform(topic: string): boolean {
  return topic.startsWith('rtdp.') || topic.startsWith('__');
}

async function take(database: Knex, topic: string, organisationId: string, origin: string): Promise<void> {
  if (isOfPlatform(topic)) throw forbidden(topic, 'is kept by the platform for itself');
  await database('topics').insert({ topic, organisation_id: organisationId, origin }).onConflict('topic').ignore();
  if ((await ownerIn(database, topic)) !== organisationId) throw forbidden(topic, 'belongs to another organisation');
}

async function ownerIn(database: Knex, topic: string): Promise<string | undefined> {
  const row = (await database('topics').where({ topic }).first('organisation_id')) as TopicRow | undefined;
  return row?.organisation_id;
}

function forbidden(topic: string, because: string): RtdpError {
  return new RtdpError({
    code: 'DBUS_TOPIC_FORBIDDEN',
    message: `topic ${topic} ${because}`,
    next: 'Choose another topic.',
    facts: { topic },
  });
}
