/** Lets whoever has a token in with a Postgres client: makes a password for the gateway's wire and prints it, this once. */
import type { Command } from 'commander';
import { printDone } from '../session/session.ts';
import type { Act } from './act.ts';

export function passwordCommand(program: Command, act: Act): void {
  program
    .command('password')
    .description('make a password for Postgres clients of the gateway (psql, JDBC, …), in place of the one before')
    .action(() =>
      act(async (session) => {
        const made = await session.moonbox.createPassword();
        printDone(session, made, `user      ${made.user}\npassword  ${made.password}\nIt is shown this once.`);
      }),
    );
}
