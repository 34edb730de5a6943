/** Lets a person into the web application who has the operator's token: prints a link that is good once. */
import type { Command } from 'commander';
import { loginAddress } from '../session/login-address.ts';
import { printDone } from '../session/session.ts';
import type { ActOnPlatform } from './demo.ts';

export function loginCommand(program: Command, act: ActOnPlatform): void {
  program
    .command('login')
    .description('print a link that signs the administrator in once, within ten minutes')
    .option('--path <path>', 'page to show afterwards', '/')
    .action(({ path }: { path: string }) =>
      act(async (session, platform) => {
        const address = await loginAddress(session.davinci, platform, { path });
        printDone(session, { address }, address);
      }),
    );
}
