/** Decides what a flow is told whose topic is not there: which of its fields names it, and which topic was probably meant. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import { topicOf } from './definition.ts';
import type { TopicOwners } from './topic-owners.ts';

/** @param meant a topic that was probably meant, or undefined */
export function missingTopic(source: { namespace: string; topic: string }, meant: string | undefined): RtdpError {
  const { namespace, topic } = source;
  // Who writes no topic never sees that there is one to correct.
  const field = topic === topicOf(namespace) ? 'source.namespace' : 'source.topic';
  const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
  return new RtdpError({
    code: 'BUS_TOPIC_MISSING',
    message: `the topic ${topic} does not exist yet`,
    next: `${hint}Register its source in DBus, or correct ${field}; the flow starts when the topic is there.`,
    facts: { topic, field },
  });
}

/**
 * The topic whose name is nearest, among those of this organisation: of another's not even the name is told.
 *
 * @returns undefined where none is near, or where nobody can be asked whose it is
 */
export async function nearestOwnTopic(
  topic: string,
  topics: readonly string[],
  organisationId: string,
  owners: TopicOwners,
): Promise<string | undefined> {
  // All sources of a kind of store have its name in front: only what follows tells them apart.
  const system = topic.slice(0, topic.indexOf('.') + 1);
  const left = new Map(
    topics.filter((name) => name.startsWith(system)).map((name) => [name.slice(system.length), name]),
  );
  const written = topic.slice(system.length);
  for (let near = nearestName(written, left.keys()); near !== undefined; near = nearestName(written, left.keys())) {
    const name = left.get(near)!;
    // Only the hint depends on it: that DBus cannot be asked is told by whoever needs it, `requireOwnTopic`.
    const owner = await owners.ownerOf(name).catch(() => undefined);
    if (owner === undefined) return undefined;
    if (owner === organisationId) return name;
    left.delete(near);
  }
  return undefined;
}
