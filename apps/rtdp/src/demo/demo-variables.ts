/** Decides which variables the demo's pipeline file is filled with: the addresses of the shop and the warehouse. */
import type { PlatformDescription, PostgresAddress } from '../platform/contract.ts';

export function demoVariables({ shop, warehouse }: PlatformDescription): Record<string, string> {
  return { ...variablesOf('RTDP_SHOP', shop.reader), ...variablesOf('RTDP_WAREHOUSE', warehouse.writer) };
}

function variablesOf(prefix: string, { host, port, user, password }: PostgresAddress): Record<string, string> {
  return {
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_USER`]: user,
    [`${prefix}_PASSWORD`]: password,
  };
}
