/** Decides how the containers of docker-compose.yml find each other: a part's host is the name of its service. */
import type { Listening } from '../platform/describe-platform.ts';
import type { PortName } from '../platform/ports.ts';

export const CONTAINER_ADDRESSES: Readonly<Record<PortName, Listening>> = {
  davinci: { host: 'davinci-api', port: 7400 },
  dbus: { host: 'dbus', port: 7401 },
  wormhole: { host: 'wormhole', port: 7402 },
  moonbox: { host: 'moonbox', port: 7403 },
  wire: { host: 'moonbox', port: 7435 },
  metadata: { host: 'metadata', port: 5432 },
  shop: { host: 'shop', port: 5432 },
  warehouse: { host: 'warehouse', port: 5432 },
  shadow: { host: 'shadow', port: 5432 },
  registry: { host: 'registry', port: 8080 },
  kafka: { host: 'kafka', port: 9092 },
  controller: { host: 'kafka', port: 9093 },
};

export const SUPPLIERS_ADDRESS: Listening = { host: 'suppliers', port: 3306 };
