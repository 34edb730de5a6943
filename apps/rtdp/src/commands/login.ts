/** Lets a person into the web application who has the operator's token: prints a link that is good once. */
import type { Command } from 'commander';
import { loginAddress } from '../session/login-address.ts';
import { printDone } from '../session/session.ts';
import type { ActOnPlatform } from './demo.ts';

export function loginCommand(program: Command, act: ActOnPlatform): void {
  program
    .command('login')
    .description('print a link that signs an administrator or somebody else in once, within ten minutes')
    .option('--path <path>', 'page to show afterwards', '/')
    .option(
      '--forget-password',
      'also end the password, every sign-in, earlier links and the password for the gateway, so that a new one can be set',
    )
    .option('--user <e-mail>', 'for somebody else than the first administrator')
    .action(({ path, user, forgetPassword }: { path: string; user?: string; forgetPassword?: boolean }) =>
      act(async (session, platform) => {
        const address = await loginAddress(session.davinci, platform, {
          path: forgetPassword === true && path === '/' ? '/account' : path,
          forgetPassword: forgetPassword === true,
          ...(user === undefined ? {} : { email: user }),
        });
        printDone(session, { address }, address);
      }),
    );
}
