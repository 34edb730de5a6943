/** The steps of docker-compose.yml: make secrets, prepare the servers, open the demo. */
import { join } from 'node:path';
import { pause } from '@rtdp/service/pause';
import { type Command, Option } from 'commander';
import { describeContainers } from '../compose/describe-containers.ts';
import { handOutSecrets } from '../compose/hand-out-secrets.ts';
import { type KafkaSecurity, kafkaSettings } from '../compose/kafka-settings.ts';
import { prepareServers } from '../compose/prepare-servers.ts';
import { demoPath, openDemo } from '../demo/open-demo.ts';
import { readPlatformFile, writePlatformFile } from '../platform/platform-file.ts';
import { platformSecrets } from '../platform/platform-secrets.ts';
import { loginAddress } from '../session/login-address.ts';
import { openClients } from '../session/open-session.ts';

export type Guarded = (work: (dataFolder: string) => Promise<void>) => Promise<void>;

const LINK_MILLISECONDS = 60_000;
/** What a timer can hold: 24 days, after which the container's own restart brings the demo back. */
const LONGEST_PAUSE_MILLISECONDS = 2 ** 31 - 1;

export function containerCommands(program: Command, guarded: Guarded, print: (text: string) => void): void {
  const container = program.command('container').description('what the containers of docker-compose.yml run');

  container
    .command('secrets <volumes>')
    .description('make every password and key that is missing, and give each container its own')
    .requiredOption('--public-url <url>', 'where a browser finds the web application')
    .addOption(
      new Option('--kafka <security>', 'how to sign in to Kafka').choices(['open', 'sasl-tls']).default('open'),
    )
    .action((volumes: string, { publicUrl, kafka: security }: { publicUrl: string; kafka: KafkaSecurity }) =>
      guarded(async (dataFolder) => {
        const secrets = await platformSecrets(dataFolder);
        const kafka = await kafkaSettings(security, secrets.passwords.kafkaClient, join(dataFolder, 'secrets'));
        const description = describeContainers(dataFolder, publicUrl, secrets);
        await handOutSecrets({ volumes, secrets, description, kafka });
        await writePlatformFile(description);
        print('Every container has its secrets.\n');
      }),
    );

  container
    .command('prepare')
    .description('make roles, databases and schemas in the servers')
    .action(() =>
      guarded(async (dataFolder) => {
        await prepareServers(await readPlatformFile(dataFolder), await platformSecrets(dataFolder));
        print('The servers are prepared.\n');
      }),
    );

  container
    .command('demo')
    .description('open the shop and say where it can be seen')
    .addOption(
      new Option('--rate <actions-per-second>', 'pace of the shop (what it was last)')
        .env('RTDP_DEMO_RATE')
        .argParser(Number),
    )
    .action(({ rate }: { rate?: number }) => guarded((dataFolder) => runDemo(dataFolder, rate, print)));
}

async function runDemo(dataFolder: string, rate: number | undefined, print: (text: string) => void): Promise<void> {
  const description = await readPlatformFile(dataFolder);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const say = (sentence: string): void => print(`${sentence}\n`);
  const generator = await openDemo({
    description,
    ...(rate === undefined ? {} : { rate }),
    say,
    signal: stop.signal,
  });
  try {
    const clients = openClients(description);
    const path = await demoPath(clients, say);
    const address = await loginAddress(clients.davinci, description, { path, milliseconds: LINK_MILLISECONDS });
    say('');
    say(`Open  ${address}`);
    say('The link signs you in once, within ten minutes; "docker compose exec demo rtdp login" gives another one.');
    say('');
    await pause(LONGEST_PAUSE_MILLISECONDS, stop.signal);
  } finally {
    await generator.stop();
  }
}
