/** Makes what the containers' database servers need before the services start: roles, databases and schemas. */
import type { PlatformDescription } from '../platform/contract.ts';
import type { PlatformSecrets } from '../platform/platform-secrets.ts';
import { inDatabase, prepareMetadata, prepareShop, prepareWarehouse } from '../platform/prepare-databases.ts';

/** Safe to run at every start; the servers must take connections. */
export async function prepareServers(description: PlatformDescription, { passwords }: PlatformSecrets): Promise<void> {
  const { metadata, shop, warehouse } = description;
  await Promise.all([
    prepareMetadata(inDatabase(metadata.superuser.url, 'postgres'), passwords),
    prepareShop(inDatabase(shop.superuser.url, 'postgres'), passwords),
    prepareWarehouse(inDatabase(warehouse.superuser.url, 'postgres'), passwords),
  ]);
}
