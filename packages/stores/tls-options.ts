/** Decides what a connection to a store checks of the server's certificate. */
import type { ReaderOptions } from './scan-contract.ts';

/** Undefined where the connection is not encrypted. */
export function tlsOptions({
  tls = 'off',
  certificateAuthority,
}: Pick<ReaderOptions, 'tls' | 'certificateAuthority'>): { rejectUnauthorized: boolean; ca?: string } | undefined {
  if (tls === 'off') return undefined;
  return {
    rejectUnauthorized: tls === 'verify',
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  };
}
