/**
 * Decides which topics a flow may read: those of its own organisation, by what DBus says of them. Messages hold rows as they are, so
 * a flow over another's topic would copy its rows into a sink of one's own.
 */

import { readFile } from 'node:fs/promises';
import { createDbusClient } from '@rtdp/dbus/client';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';

export interface TopicOwners {
  /** Id of the organisation that owns the topic, or the source of this name (`<system>.<instance>`); null while it is nobody's. Rejects when nobody can be asked. */
  ownerOf(topic: string): Promise<string | null>;
}

/** Without a token there is no DBus to ask: the first organisation, which runs the platform, has every topic, and no other has any. */
export function topicOwners(options: { baseUrl: string; tokenFile: string }): TopicOwners {
  if (options.tokenFile === '') return { ownerOf: async () => FIRST_ORGANISATION_ID };
  const client = createDbusClient({
    baseUrl: options.baseUrl,
    token: async () => (await readFile(options.tokenFile, 'utf8')).trim(),
    timeoutMs: 15_000,
  });
  return { ownerOf: async (topic) => (await client.topicOwner(topic)).organisationId };
}

/** What is wrong with a flow of this organisation over this topic, or undefined. Pure. */
export function topicProblem(topic: string, organisationId: string, owner: string | null): RtdpError | undefined {
  if (owner === organisationId) return undefined;
  return new RtdpError({
    code: 'WORMHOLE_TOPIC_FORBIDDEN',
    message:
      owner === null
        ? `topic ${topic} belongs to nobody, so no flow may read it`
        : `topic ${topic} belongs to another organisation`,
    next:
      owner === null
        ? `An administrator of the platform gives it to you: ${typedCommand(`topic give ${topic} ${organisationId}`)}. Topics of your sources are yours already.`
        : 'Choose a topic that one of your sources writes.',
    facts: { topic, owner: owner === null ? 'nobody' : 'another organisation' },
  });
}

/** @throws RtdpError WORMHOLE_TOPIC_FORBIDDEN, or why DBus could not be asked */
export async function requireOwnTopic(owners: TopicOwners, topic: string, organisationId: string): Promise<void> {
  const problem = topicProblem(topic, organisationId, await owners.ownerOf(topic));
  if (problem !== undefined) throw problem;
}
