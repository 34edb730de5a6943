/** Says what a running platform is to the commands that use it: its parts, their addresses, and what is told meanwhile. */

/** The parts, in the order in which they depend on each other. */
export const PART_NAMES = [
  'metadata',
  'shop',
  'warehouse',
  'shadow',
  'kafka',
  'registry',
  'dbus',
  'wormhole',
  'moonbox',
  'davinci-api',
] as const;
export type PartName = (typeof PART_NAMES)[number];
/** The parts that are programs of ours; each has its folder in `services/`. */
export type ServiceName = 'dbus' | 'wormhole' | 'moonbox' | 'davinci-api';

/** `degraded`: the rest works without it. */
export type PartState = 'waiting' | 'preparing' | 'starting' | 'ok' | 'degraded' | 'down' | 'stopped';

export interface PartStatus {
  name: PartName;
  state: PartState;
  /** What it is doing, or what is wrong and what happens about it; empty when all is well. */
  detail: string;
  pid?: number;
  /** How often it was started again after ending by itself. */
  restarts: number;
}

export interface DatabaseAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

export interface PostgresAddress extends DatabaseAddress {
  /** The same as one `postgres://…` address. */
  url: string;
}

/** Everything another process needs to use the platform; written to `platform.json`, readable by its owner only. */
export interface PlatformDescription {
  dataFolder: string;
  /** The process that supervises the parts; null where they are containers, which their engine keeps running. */
  supervisor: number | null;
  kafka: { brokers: string[] };
  registry: { url: string; healthUrl: string };
  /** A role for each service, which owns its schemas. */
  metadata: { superuser: PostgresAddress } & Record<ServiceName, PostgresAddress>;
  /**
   * `owner` owns the tables and makes changes; `reader` is the role of DBus, with REPLICATION; `gateway` is the role of
   * Moonbox, which may read everything and change nothing.
   */
  shop: { superuser: PostgresAddress; owner: PostgresAddress; reader: PostgresAddress; gateway: PostgresAddress };
  /** `writer` is the role of Wormhole, `gateway` the one of Moonbox. */
  warehouse: { superuser: PostgresAddress; writer: PostgresAddress; gateway: PostgresAddress };
  /** A MariaDB of the demo's suppliers, which only the containers bring along; `gateway` may only read. */
  suppliers?: { gateway: DatabaseAddress };
  /** Holds nothing but the empty tables that catalog queries of the gateway's wire are answered from. */
  shadow: { superuser: PostgresAddress };
  /** `davinci-api` also serves the web application; `wire` is where Postgres clients connect to Moonbox. */
  services: Record<ServiceName, { url: string }>;
  wire: { host: string; port: number };
  /** Where a person's browser finds the web application. */
  web: { url: string };
  files: {
    operatorToken: string;
    identityKeys: string;
    /** The private key that tokens are signed with; davinci-api alone reads it. */
    signingKey: string;
    secretKey: string;
    secrets: string;
    /** The file a part logs to, or the command that shows its log. */
    logs: Record<PartName, string>;
  };
}

/** What a start is doing, in a sentence for a person; `done` of `total` where it is counted. */
export interface Progress {
  part: PartName | 'platform';
  sentence: string;
  done?: number;
  total?: number;
}

/** A platform that this process started. */
export interface Platform {
  description: PlatformDescription;
  /** The newest known state of every part, in the order of `PART_NAMES`. */
  parts(): PartStatus[];
  /** Resolves when every part is `ok` (the registry too), or rejects after `milliseconds` naming what is not. */
  allHealthy(milliseconds: number): Promise<void>;
  /** Stops everything in order; a second call waits for the first. */
  stop(): Promise<void>;
}
