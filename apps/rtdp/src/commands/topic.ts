/** The verbs about topics: which there are and whose, and giving away one that is nobody's. */
import type { TopicView } from '@rtdp/dbus/client';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import type { Command } from 'commander';
import type { TableColumn } from '../output/table.ts';
import { printDone, printRows } from '../session/session.ts';
import type { Act } from './act.ts';

const TOPIC_COLUMNS: readonly TableColumn<TopicView>[] = [
  { title: 'topic', value: ({ name }) => name },
  { title: 'source', value: ({ source }) => source },
  { title: 'organisation', value: ({ organisationId }) => organisationId ?? "nobody's" },
  { title: 'partitions', value: ({ partitions }) => partitions.length, align: 'right' },
];

export function topicCommands(program: Command, act: Act): void {
  const topic = program
    .command('topic')
    .description("topics of Kafka and whose they are: one's own; all of them for the operator");

  topic
    .command('list')
    .description('topics with the source that writes each, and whose they are')
    .action(() =>
      act(async (session) => printRows(session, await session.dbus.listTopics(), TOPIC_COLUMNS, 'No topics yet.')),
    );

  topic
    .command('give <topic> [organisation]')
    .description(
      "give a topic that is nobody's to an organisation (its id; the first one when left out): its editors may then read it, and its sources and flows name it",
    )
    .action((name: string, organisationId: string = FIRST_ORGANISATION_ID) =>
      act(async (session) => {
        const owner = await session.dbus.giveTopic(name, organisationId);
        printDone(session, owner, `Topic ${name} belongs to organisation ${organisationId}.`);
      }),
    );
}
