/** Decides what a flow is told whose topic is not there: which of its fields names it, and which topic was probably meant. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import { topicOf } from './definition.ts';
import type { TopicOwners } from './topic-owners.ts';

/** @param meant a topic that was probably meant, or undefined */
export function missingTopic(source: { namespace: string; topic: string }, meant: string | undefined): RtdpError {
  const { namespace, topic } = source;
  // Who writes no topic never sees that there is one to correct.
  const isUsual = topic === topicOf(namespace);
  const field = isUsual ? 'source.namespace' : 'source.topic';
  const otherName = isUsual ? ' A source may write to a topic of another name: source.topic then names it.' : '';
  const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
  return new RtdpError({
    code: 'BUS_TOPIC_MISSING',
    message: `the topic ${topic} does not exist yet`,
    next: `${hint}Register its source in DBus, or correct ${field}; the flow starts when the topic is there.${otherName}`,
    facts: { topic, field },
  });
}

/** A flow looks for its topic every second: a DBus that cannot be asked whose the others are is not asked as often. */
const ASK_AGAIN_MS = 10_000;

/** The topic that was probably meant by one that is looked for again and again: whose the others are is asked when another answer may come. */
export class MeantTopic {
  readonly #owners: TopicOwners;
  readonly #now: () => number;
  #found: { among: string; topic: string | undefined; until: number } | undefined;

  constructor(owners: TopicOwners, now: () => number) {
    this.#owners = owners;
    this.#now = now;
  }

  /** @returns undefined where none is near, or while nobody can be asked whose it is */
  async find(topic: string, topics: readonly string[], organisationId: string): Promise<string | undefined> {
    const among = topics.toSorted().join(' ');
    if (this.#found?.among === among && this.#now() < this.#found.until) return this.#found.topic;
    try {
      const meant = await nearestOwnTopic(topic, topics, organisationId, this.#owners);
      this.#found = { among, topic: meant, until: Number.POSITIVE_INFINITY };
    } catch {
      // Only the hint depends on it: that DBus cannot be asked is told by whoever needs it, `requireOwnTopic`.
      this.#found = { among, topic: undefined, until: this.#now() + ASK_AGAIN_MS };
    }
    return this.#found.topic;
  }
}

/**
 * The topic whose name is nearest, among those of this organisation: of another's not even the name is told. Rejects when nobody can be
 * asked whose one is.
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
    if ((await owners.ownerOf(name)) === organisationId) return name;
    left.delete(near);
  }
  return undefined;
}
