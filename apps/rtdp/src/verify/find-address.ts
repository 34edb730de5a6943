/** Decides how `verify` reaches the databases themselves: services never give a password away, so it comes from the platform of this machine or from the caller. */
import { RtdpError } from '@rtdp/ums/error';
import type { PlatformDescription, PostgresAddress } from '../platform/contract.ts';

export interface DatabasePlace {
  host: string;
  port: number;
  database: string;
}

/** Addresses that a caller gives: they stand for every source, or every sink, of the flow. */
export interface GivenAddresses {
  sourceUrl?: string | undefined;
  sinkUrl?: string | undefined;
}

/** @param place undefined where it is not told: an address that is given is enough. @throws RTDP_ADDRESS_UNKNOWN, RTDP_USAGE */
export function findAddress(
  what: 'source' | 'sink',
  place: DatabasePlace | undefined,
  given: GivenAddresses,
  platform: PlatformDescription | undefined,
): string {
  const url = what === 'source' ? given.sourceUrl : given.sinkUrl;
  if (url !== undefined) {
    if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return url;
    throw new RtdpError({
      code: 'RTDP_USAGE',
      message: `the address of the ${what} is not a URL of Postgres`,
      next: `Write it as postgres://user:password@host:port/database; characters such as @ or / in the password are percent-encoded.`,
    });
  }
  const give = `Give the address of the ${what} with --${what}-url postgres://user:password@host:port/database, or in RTDP_VERIFY_${what.toUpperCase()}_URL.`;
  if (place === undefined) {
    throw new RtdpError({
      code: 'RTDP_ADDRESS_UNKNOWN',
      message: `where the ${what} is, is told to editors and administrators only`,
      next: give,
    });
  }
  const known: PostgresAddress[] = platform ? [platform.shop.reader, platform.warehouse.writer] : [];
  const found = known.find(
    ({ host, port, database }) =>
      port === place.port &&
      database === place.database &&
      isLocal(host) === isLocal(place.host) &&
      (isLocal(host) || host === place.host),
  );
  if (found) return found.url;
  throw new RtdpError({
    code: 'RTDP_ADDRESS_UNKNOWN',
    message: `the password for ${place.host}:${place.port}/${place.database} is not known here`,
    next: give,
    facts: { ...place },
  });
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
