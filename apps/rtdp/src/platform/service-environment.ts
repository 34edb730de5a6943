/** Decides what each service is told at its start: addresses of its neighbours, key files, and what only it may know. */
import { commandLineOf } from './command-line-of.ts';
import type { PlatformDescription, ServiceName } from './contract.ts';

/** Where a service listens (`wirePort` is for Moonbox alone), and whether the shop of the demo is open. */
export interface ServiceSettings {
  host: string;
  port: number;
  wirePort: number;
  demo: boolean;
}

/** The environment of one service; every address comes from the description. */
export function serviceEnvironment(
  description: PlatformDescription,
  name: ServiceName,
  { host, port, wirePort, demo }: ServiceSettings,
): Record<string, string> {
  const { kafka, registry, metadata, shop, shadow, services, files } = description;
  const shared = {
    RTDP_COMMAND: commandLineOf(description),
    RTDP_KAFKA_BROKERS: kafka.brokers.join(','),
    RTDP_REGISTRY_URL: registry.url,
    RTDP_METADATA_URL: metadata[name].url,
    RTDP_HOST: host,
    RTDP_PORT: String(port),
    RTDP_IDENTITY_KEYS: files.identityKeys,
    RTDP_SECRET_KEY_FILE: files.secretKey,
    RTDP_DBUS_URL: services.dbus.url,
    RTDP_SERVICE_TOKEN_FILE: files.operatorToken,
    UV_THREADPOOL_SIZE: '16',
  };
  switch (name) {
    case 'dbus':
    case 'wormhole':
      return shared;
    case 'moonbox':
      return { ...shared, RTDP_WIRE_PORT: String(wirePort), RTDP_SHADOW_URL: shadow.superuser.url };
    case 'davinci-api':
      return {
        ...shared,
        RTDP_WORMHOLE_URL: services.wormhole.url,
        RTDP_MOONBOX_URL: services.moonbox.url,
        RTDP_SIGNING_KEY_FILE: files.signingKey,
        // The pace of the shop can be set on its dashboard.
        ...(demo ? { RTDP_DEMO_URL: shop.owner.url } : {}),
      };
  }
}
