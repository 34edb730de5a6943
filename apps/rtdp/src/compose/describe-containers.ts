/** Puts together the description of a platform whose parts are containers. */
import { PART_NAMES, type PartName, type PlatformDescription } from '../platform/contract.ts';
import { describePlatform } from '../platform/describe-platform.ts';
import type { PlatformSecrets } from '../platform/platform-secrets.ts';
import { CONTAINER_ADDRESSES, SUPPLIERS_ADDRESS } from './container-addresses.ts';

/** @param publicUrl where a browser outside of the containers finds the web application */
export function describeContainers(
  dataFolder: string,
  publicUrl: string,
  secrets: PlatformSecrets,
): PlatformDescription {
  const description = describePlatform(dataFolder, (name) => CONTAINER_ADDRESSES[name], secrets);
  const logs = PART_NAMES.map((part) => [part, `docker compose logs ${part}`]);
  return {
    ...description,
    supervisor: null,
    web: { url: publicUrl },
    suppliers: {
      gateway: {
        ...SUPPLIERS_ADDRESS,
        database: 'suppliers',
        user: 'moonbox',
        password: secrets.passwords.suppliersGateway,
      },
    },
    files: { ...description.files, logs: Object.fromEntries(logs) as Record<PartName, string> },
  };
}
