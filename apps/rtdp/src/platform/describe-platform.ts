/** Puts together the addresses of a platform from where its parts listen and its passwords. */
import { join } from 'node:path';
import type { PlatformDescription, PostgresAddress } from './contract.ts';
import { logFiles } from './part-files.ts';
import type { PlatformSecrets } from './platform-secrets.ts';
import type { PortName } from './ports.ts';

export interface Listening {
  host: string;
  port: number;
}

/** @param at where a part listens, as every other part reaches it */
export function describePlatform(
  dataFolder: string,
  at: (name: PortName) => Listening,
  { passwords, keys, secretKeyFile }: PlatformSecrets,
): PlatformDescription {
  const web = (name: PortName): string => `http://${at(name).host}:${at(name).port}`;
  const address = (name: PortName, database: string, user: string, password: string): PostgresAddress => {
    const { host, port } = at(name);
    const login = `${user}:${encodeURIComponent(password)}`;
    return { host, port, database, user, password, url: `postgres://${login}@${host}:${port}/${database}` };
  };
  return {
    dataFolder,
    supervisor: process.pid,
    kafka: { brokers: [`${at('kafka').host}:${at('kafka').port}`] },
    registry: {
      url: `${web('registry')}/apis/ccompat/v7`,
      healthUrl: `${web('registry')}/apis/registry/v3/system/info`,
    },
    metadata: {
      superuser: address('metadata', 'rtdp', 'postgres', passwords.metadataSuperuser),
      dbus: address('metadata', 'rtdp', 'dbus', passwords.metadataDbus),
      wormhole: address('metadata', 'rtdp', 'wormhole', passwords.metadataWormhole),
      moonbox: address('metadata', 'rtdp', 'moonbox', passwords.metadataMoonbox),
      'davinci-api': address('metadata', 'rtdp', 'davinci', passwords.metadataDavinci),
    },
    shop: {
      superuser: address('shop', 'shop', 'postgres', passwords.shopSuperuser),
      owner: address('shop', 'shop', 'shop', passwords.shopOwner),
      reader: address('shop', 'shop', 'dbus', passwords.shopReader),
      gateway: address('shop', 'shop', 'moonbox', passwords.shopGateway),
    },
    warehouse: {
      superuser: address('warehouse', 'warehouse', 'postgres', passwords.warehouseSuperuser),
      writer: address('warehouse', 'warehouse', 'wormhole', passwords.warehouseWriter),
      gateway: address('warehouse', 'warehouse', 'moonbox', passwords.warehouseGateway),
    },
    shadow: { superuser: address('shadow', 'postgres', 'postgres', passwords.shadowSuperuser) },
    services: {
      dbus: { url: web('dbus') },
      wormhole: { url: web('wormhole') },
      moonbox: { url: web('moonbox') },
      'davinci-api': { url: web('davinci') },
    },
    wire: at('wire'),
    web: { url: web('davinci') },
    files: {
      operatorToken: keys.operatorTokenFile,
      identityKeys: keys.jwksFile,
      signingKey: keys.privateKeyFile,
      secretKey: secretKeyFile,
      secrets: join(dataFolder, 'secrets'),
      logs: logFiles(dataFolder),
    },
  };
}
