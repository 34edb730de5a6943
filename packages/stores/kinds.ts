/** Names the kinds of store there are; a kind is loaded only when it is asked for, and an unknown one fails by name. */
import { RtdpError } from '@rtdp/ums/error';
import type { Store, StoreOptions } from './contract.ts';

const KINDS: Record<string, () => Promise<{ createStore(options: StoreOptions): Store }>> = {
  postgres: () => import('./postgres/store.ts'),
};

/** @throws STORE_UNKNOWN_KIND */
export async function openStore(kind: string, options: StoreOptions): Promise<Store> {
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!load) {
    throw new RtdpError({
      code: 'STORE_UNKNOWN_KIND',
      message: `there is no store of kind "${kind}"`,
      next: `Use one of: ${Object.keys(KINDS).join(', ')}.`,
      facts: { kind },
    });
  }
  return (await load()).createStore(options);
}
