/** The verbs about organisations, for whoever has the operator's token: which there are, and making one with its first administrator. */
import type { Organisation } from '@rtdp/davinci-api/client';
import type { Command } from 'commander';
import type { TableColumn } from '../output/table.ts';
import { addressOfCode } from '../session/login-address.ts';
import { printDone, printRows } from '../session/session.ts';
import type { ActOnPlatform } from './demo.ts';

const COLUMNS: readonly TableColumn<Organisation>[] = [
  { title: 'organisation', value: ({ name }) => name },
  { title: 'id', value: ({ id }) => id },
  { title: 'users', value: ({ users }) => users, align: 'right' },
];

export function organisationCommands(program: Command, act: ActOnPlatform): void {
  const organisation = program
    .command('organisation')
    .description('tenants of the platform: what one makes, nobody of another one sees');

  organisation
    .command('list')
    .description('organisations with their ids and how many users each has')
    .action(() =>
      act(async (session) => {
        printRows(session, await session.davinci.listOrganisations(), COLUMNS, 'No organisations.');
      }),
    );

  organisation
    .command('add <name>')
    .description('make an organisation and print a link that signs its first administrator in once, within ten minutes')
    .requiredOption('--admin <e-mail>', 'the first administrator; nobody of another organisation may have this address')
    .option('--admin-name <name>', 'how the administrator is called', 'Administrator')
    .action((name: string, { admin: email, adminName }: { admin: string; adminName: string }) =>
      act(async (session, { web }) => {
        const made = await session.davinci.createOrganisation({ name, admin: { email, name: adminName } });
        const address = addressOfCode(web.url, made.link.code);
        const sentence = `Organisation ${name} (${made.organisation.id}). ${email} comes in once, within ten minutes, by ${address}`;
        printDone(session, { ...made.organisation, admin: email, address }, sentence);
      }),
    );
}
