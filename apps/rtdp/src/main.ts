/** The command line of the platform: composes the verbs and decides where they find it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { typedCommand } from '@rtdp/service/typed-command';
import { Command, InvalidArgumentError, Option } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { containerCommands } from './commands/container.ts';
import { deadLetterCommands } from './commands/dead-letters.ts';
import { type ActOnPlatform, demoCommands } from './commands/demo.ts';
import { flowCommands } from './commands/flow.ts';
import { loginCommand } from './commands/login.ts';
import { organisationCommands } from './commands/organisation.ts';
import { passwordCommand } from './commands/password.ts';
import { sourceCommands } from './commands/source.ts';
import { platformStatus } from './commands/status.ts';
import { topicCommands } from './commands/topic.ts';
import { up } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { withCommandHint } from './output/command-hint.ts';
import { errorJson, errorText } from './output/print-error.ts';
import { commandLineOn } from './platform/command-line-of.ts';
import { defaultDataFolder } from './platform/data-folder.ts';
import { readPlatformFile } from './platform/platform-file.ts';
import {
  HIGHEST_PORT_BASE,
  isPort,
  type PlatformPorts,
  PORT_RULE,
  PORTS,
  type PortName,
  portsFrom,
} from './platform/ports.ts';
import { clientsFromEnvironment, openClients } from './session/open-session.ts';
import type { Session } from './session/session.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

interface GlobalOptions {
  data: string;
  json?: boolean;
}

const program = new Command('rtdp')
  .description('A real-time data platform: a row changes in a database, and a second later it is where it is needed.')
  .addOption(
    new Option('--data <folder>', 'data folder of the platform (RTDP_DATA)').default(
      defaultDataFolder(),
      '~/.rtdp; /var/lib/rtdp for root',
    ),
  )
  .version(version, '--version', 'print the version')
  .option('--json', 'print JSON for programs, errors too')
  .showHelpAfterError('Run with --help to see what there is.')
  .configureHelp({ showGlobalOptions: true });

// Who reads no more, as head does, has what it wanted; what a command is doing is done to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const print = (text: string): void => void process.stdout.write(text);

/** Errors are printed here and nowhere else. */
async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(program.opts<GlobalOptions>().json === true ? errorJson(error) : errorText(error));
    process.exitCode = 1;
  }
}

function act(work: (session: Session) => Promise<void>): Promise<void> {
  return guarded(async () => {
    const { data, json } = program.opts<GlobalOptions>();
    const clients = clientsFromEnvironment(process.env) ?? openClients(await readPlatformFile(data));
    try {
      await work({ ...clients, print, json: json === true });
    } catch (error) {
      throw await withCommandHint(error, clients);
    }
  });
}

/** For what belongs to the platform of this machine alone. */
function actOnPlatform(work: Parameters<ActOnPlatform>[0]): Promise<void> {
  return guarded(async () => {
    const { data, json } = program.opts<GlobalOptions>();
    const platform = await readPlatformFile(data);
    await work({ ...openClients(platform), print, json: json === true }, platform);
  });
}

// Every hint names the command line as it was called here; a container says how itself.
program.hook('preAction', () => {
  process.env.RTDP_COMMAND ||= commandLineOn(resolve(program.opts<GlobalOptions>().data));
});

addUp(program.command('up').description('start the platform of this machine with its demo, and keep it running'));

program
  .command('status')
  .description('the health of every part; exit code 0 only when all are well')
  .action(() =>
    guarded(async () => {
      const { data, json } = program.opts<GlobalOptions>();
      const { text, healthy } = await platformStatus(await readPlatformFile(data), json === true);
      print(text);
      if (!healthy) process.exitCode = 1;
    }),
  );
applyCommand(program, act);
sourceCommands(program, act);
flowCommands(program, act);
topicCommands(program, act);
deadLetterCommands(program, act);
verifyCommand(program, act);
demoCommands(program, actOnPlatform);
loginCommand(program, actOnPlatform);
organisationCommands(program, actOnPlatform);
passwordCommand(program, act);
containerCommands(program, (work) => guarded(() => work(program.opts<GlobalOptions>().data)), print);

await program.parseAsync();

function addUp(command: Command): void {
  // What a person typed is npm start; the words behind it are ours.
  if (process.env.npm_lifecycle_event === 'start') {
    command.configureHelp({ showGlobalOptions: true, commandUsage: () => 'npm start -- [options]' });
    command.allowExcessArguments().hook('preAction', () => {
      const [word] = command.args;
      if (word === undefined) return;
      const isCommand = program.commands.some((other) => other.name() === word);
      command.error(
        `error: npm start takes options only, and was given "${word}"${isCommand ? `; did you mean ${typedCommand(command.args.join(' '))}?` : '.'}`,
      );
    });
  }
  command.addHelpText(
    'after',
    '\nWhat is downloaded once (Java, Kafka, the schema registry) is kept in the folder RTDP_CACHE (default: ~/.cache/rtdp).',
  );
  command
    .option('--no-demo', 'without making the shop, its flows and the live view; what a start before made of them stays')
    .option('--host <address>', 'address that everything listens on', '127.0.0.1')
    .option('--rate <actions-per-second>', 'pace of the shop (what it was last; 5 in a new one)', numberOf);
  command.option(
    '--port-base <port>',
    `port of the web application; every other one moves with it, as far apart as usual (to ${HIGHEST_PORT_BASE}); what is said of one port below wins`,
    portBaseOf,
  );
  for (const { flag, what, default: port, environment } of Object.values(PORTS)) {
    command.option(`${flag} <port>`, `port of ${what} (default ${port}; ${environment})`, portOf);
  }
  command.action((options: Record<string, unknown> & { demo: boolean; host: string; rate?: number }) =>
    guarded(() =>
      up({
        dataFolder: program.opts<GlobalOptions>().data,
        host: options.host,
        ports: portsOf(options),
        demo: options.demo,
        ...(options.rate === undefined ? {} : { rate: options.rate }),
      }),
    ),
  );
}

function portsOf(options: Record<string, unknown>): Partial<PlatformPorts> {
  const ports: Partial<PlatformPorts> = typeof options.portBase === 'number' ? portsFrom(options.portBase) : {};
  for (const name of Object.keys(PORTS) as PortName[]) {
    const value = options[`port${name[0]?.toUpperCase()}${name.slice(1)}`];
    if (typeof value === 'number') ports[name] = value;
  }
  return ports;
}

function portOf(text: string): number {
  const port = Number(text);
  if (isPort(port)) return port;
  throw new InvalidArgumentError(PORT_RULE);
}

function portBaseOf(text: string): number {
  const base = portOf(text);
  if (base <= HIGHEST_PORT_BASE) return base;
  throw new InvalidArgumentError(`the highest of the ports would be above 65535; take at most ${HIGHEST_PORT_BASE}`);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('it is a number, 0 or more');
}
