/** The verbs on the demo: make your own change and watch it arrive, set the shop's pace. */
import { type Command, InvalidArgumentError } from 'commander';
import { type ArrivedChange, changeShop } from '../demo/change-shop.ts';
import { setShopRate } from '../demo/set-rate.ts';
import { millisecondsText } from '../output/quantities.ts';
import type { PlatformDescription } from '../platform/contract.ts';
import { printDone, type Session } from '../session/session.ts';

export type ActOnPlatform = (work: (session: Session, platform: PlatformDescription) => Promise<void>) => Promise<void>;

const MOST_ACTIONS_PER_SECOND = 5_000;

export function demoCommands(program: Command, act: ActOnPlatform): void {
  const demo = program.command('demo').description('the shop of the demo');

  demo
    .command('change [name]')
    .description('add a customer of this name to the shop and watch it arrive in the warehouse')
    .action((name = 'You') =>
      act(async (session, platform) => {
        const change = await changeShop({
          shopUrl: platform.shop.owner.url,
          warehouseUrl: platform.warehouse.writer.url,
          name,
          timeoutMilliseconds: 10_000,
        });
        printDone(session, change, arrivedText(change));
      }),
    );

  demo
    .command('rate')
    .argument('<actions-per-second>', `from 0 to ${MOST_ACTIONS_PER_SECOND}`, rateOf)
    .description('how many things happen in the shop each second (0 stops it)')
    .action((rate: number) => setRate(act, rate));
}

export function arrivedText({ customerId, name, milliseconds, committedAt, umsId }: ArrivedChange): string {
  return (
    `Customer ${customerId} (${name}) is in the shop, and ${millisecondsText(milliseconds)} later in the warehouse.\n` +
    `  shop        public.customers  id ${customerId}\n` +
    `  warehouse   shop.customers    id ${customerId}, committed ${committedAt} UTC, ums_id_ ${umsId}`
  );
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (Number.isFinite(rate) && rate >= 0 && rate <= MOST_ACTIONS_PER_SECOND) return rate;
  throw new InvalidArgumentError(`a rate is a number from 0 to ${MOST_ACTIONS_PER_SECOND}`);
}

function setRate(act: ActOnPlatform, rate: number): Promise<void> {
  return act(async (session, platform) => {
    await setShopRate(platform.shop.owner.url, rate);
    printDone(session, { actionsPerSecond: rate }, `The shop now does ${rate} things a second.`);
  });
}
