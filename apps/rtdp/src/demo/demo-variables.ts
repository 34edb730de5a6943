/** Decides which variables the demo's pipeline file is filled with: the addresses of the shop and the warehouse. */
import type { DatabaseAddress, PlatformDescription } from '../platform/contract.ts';

export function demoVariables({ shop, warehouse, suppliers }: PlatformDescription): Record<string, string> {
  return {
    ...variablesOf('RTDP_SHOP', shop.reader),
    ...variablesOf('RTDP_WAREHOUSE', warehouse.writer),
    ...variablesOf('RTDP_SHOP_GATEWAY', shop.gateway),
    ...variablesOf('RTDP_WAREHOUSE_GATEWAY', warehouse.gateway),
    ...(suppliers === undefined ? {} : variablesOf('RTDP_SUPPLIERS', suppliers.gateway)),
  };
}

function variablesOf(prefix: string, { host, port, user, password }: DatabaseAddress): Record<string, string> {
  return {
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_USER`]: user,
    [`${prefix}_PASSWORD`]: password,
  };
}
