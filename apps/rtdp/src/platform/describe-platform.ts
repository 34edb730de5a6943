/** Puts together the addresses of a platform from its ports and passwords. */
import { join } from 'node:path';
import type { PlatformDescription, PostgresAddress } from './contract.ts';
import { logFiles } from './part-files.ts';
import type { PlatformSecrets } from './platform-secrets.ts';
import type { PlatformPorts } from './ports.ts';

export function describePlatform(
  dataFolder: string,
  host: string,
  ports: PlatformPorts,
  { passwords, keys, secretKeyFile }: PlatformSecrets,
): PlatformDescription {
  const registry = `http://${host}:${ports.registry}`;
  const address = (port: number, database: string, user: string, password: string): PostgresAddress => ({
    host,
    port,
    database,
    user,
    password,
    url: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`,
  });
  return {
    dataFolder,
    supervisor: process.pid,
    kafka: { brokers: [`${host}:${ports.kafka}`] },
    registry: { url: `${registry}/apis/ccompat/v7`, healthUrl: `${registry}/apis/registry/v3/system/info` },
    metadata: {
      superuser: address(ports.metadata, 'rtdp', 'postgres', passwords.metadataSuperuser),
      dbus: address(ports.metadata, 'rtdp', 'dbus', passwords.metadataDbus),
      wormhole: address(ports.metadata, 'rtdp', 'wormhole', passwords.metadataWormhole),
      moonbox: address(ports.metadata, 'rtdp', 'moonbox', passwords.metadataMoonbox),
      'davinci-api': address(ports.metadata, 'rtdp', 'davinci', passwords.metadataDavinci),
    },
    shop: {
      superuser: address(ports.shop, 'shop', 'postgres', passwords.shopSuperuser),
      owner: address(ports.shop, 'shop', 'shop', passwords.shopOwner),
      reader: address(ports.shop, 'shop', 'dbus', passwords.shopReader),
      gateway: address(ports.shop, 'shop', 'moonbox', passwords.shopGateway),
    },
    warehouse: {
      superuser: address(ports.warehouse, 'warehouse', 'postgres', passwords.warehouseSuperuser),
      writer: address(ports.warehouse, 'warehouse', 'wormhole', passwords.warehouseWriter),
      gateway: address(ports.warehouse, 'warehouse', 'moonbox', passwords.warehouseGateway),
    },
    shadow: { superuser: address(ports.shadow, 'postgres', 'postgres', passwords.shadowSuperuser) },
    services: {
      dbus: { url: `http://${host}:${ports.dbus}` },
      wormhole: { url: `http://${host}:${ports.wormhole}` },
      moonbox: { url: `http://${host}:${ports.moonbox}` },
      'davinci-api': { url: `http://${host}:${ports.davinci}` },
    },
    wire: { host, port: ports.wire },
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
