/** Names the kinds of store the gateway can read; a kind is loaded only when it is asked for, and an unknown one fails by name. */
import { RtdpError } from '@rtdp/ums/error';
import type { ReaderOptions, StoreReader, StoreReaderKind } from './scan-contract.ts';

const KINDS: Record<StoreReaderKind, () => Promise<{ createReader(options: ReaderOptions): StoreReader }>> = {
  postgres: () => import('./postgres/reader.ts'),
  mysql: () => import('./mysql/reader.ts'),
};

export const READER_KINDS = Object.keys(KINDS) as StoreReaderKind[];

/** Where the store is: an address (`postgres://user:password@host:port/database`, `mysql://…`), or its parts. */
export type ReaderAddress = { kind: string } & (
  | ({ url: string } & Partial<Pick<ReaderOptions, 'tls' | 'certificateAuthority' | 'connections' | 'applicationName'>>)
  | ReaderOptions
);

/** Connects at the first use. @throws STORE_UNKNOWN_KIND */
export async function openReader(address: ReaderAddress): Promise<StoreReader> {
  const { kind } = address;
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind as StoreReaderKind] : undefined;
  if (load === undefined) {
    throw new RtdpError({
      code: 'STORE_UNKNOWN_KIND',
      message: `there is no reader for a store of kind "${kind}"`,
      next: `Use one of: ${READER_KINDS.join(', ')}.`,
      facts: { kind },
    });
  }
  const { createReader } = await load();
  return createReader('url' in address ? { ...address, ...partsOf(address.url, kind as StoreReaderKind) } : address);
}

const DEFAULT_PORT: Record<StoreReaderKind, number> = { postgres: 5432, mysql: 3306 };

function partsOf(url: string, kind: StoreReaderKind): ReaderOptions {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT[kind] : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}
