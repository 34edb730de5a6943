/** Decides what the settings of a session are: which a client may change, which have one value here, and what of them holds after a transaction. */
import { RtdpError } from '@rtdp/ums/error';
import { quoteName } from './shadow/mirror-statements.ts';
import { DATABASE_SETTING, USER_SETTING } from './shadow/template-statements.ts';

interface FixedSetting {
  readonly accepts: RegExp;
  readonly value: string;
}

/** Settings that decide how values are written: the gateway writes them in one way. */
const FIXED: Readonly<Record<string, FixedSetting>> = {
  timezone: { accepts: /^(utc|etc\/utc|gmt|etc\/gmt|z|zulu|universal|default|[+-]?0+(:00)?)$/i, value: 'UTC' },
  datestyle: { accepts: /^(iso\b.*|default)$/i, value: 'ISO, MDY' },
  intervalstyle: { accepts: /^(postgres|default)$/i, value: 'postgres' },
  client_encoding: { accepts: /^(utf-?8|unicode|default)$/i, value: 'UTF8' },
  standard_conforming_strings: { accepts: /^(on|true|yes|1|default)$/i, value: 'on' },
  bytea_output: { accepts: /^(hex|default)$/i, value: 'hex' },
  extra_float_digits: { accepts: /^([1-3]|default)$/i, value: '1' },
};

/** Who the user is was settled at login. */
const NEVER: ReadonlySet<string> = new Set(['role', 'session_authorization', DATABASE_SETTING, USER_SETTING]);

/** What a client may set at the start of its session; the rest it may try by SET, where Postgres says what is wrong with it. */
const AT_START: ReadonlySet<string> = new Set([
  'application_name',
  'client_min_messages',
  'default_transaction_isolation',
  'default_transaction_read_only',
  'search_path',
  'statement_timeout',
]);

/** Told to the client by ParameterStatus, at the start and when they change. */
const REPORTED: readonly string[] = ['application_name', 'default_transaction_read_only', 'search_path'];

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export class SessionSettings {
  /** Name the client connected to. */
  readonly database: string;
  readonly #user: string;
  /** The gateway's database that was connected to; undefined for the whole gateway. */
  readonly #connected: string | undefined;
  #values = new Map<string, string>();
  /** As of the beginning of the transaction. */
  #before: Map<string, string> | undefined;
  /** Set within the transaction for no longer than it. */
  #local = new Set<string>();

  constructor(options: {
    user: string;
    database: string;
    connected: string | undefined;
    start: ReadonlyMap<string, string>;
  }) {
    this.database = options.database;
    this.#user = options.user;
    this.#connected = options.connected;
    // Other values of how values are written are not taken; ParameterStatus tells the client which one holds.
    for (const [name, value] of options.start) if (AT_START.has(name)) this.#values.set(name, value);
    const encoding = options.start.get('client_encoding');
    if (encoding !== undefined) this.check('client_encoding', encoding.replace(/^'|'$/g, ''));
  }

  /** Milliseconds a statement may take, where the client has set it. */
  get timeoutMs(): number | undefined {
    const match = /^(\d+)\s*(us|ms|s|min|h|d)?$/.exec(this.#values.get('statement_timeout') ?? '');
    if (match === null) return undefined;
    const milliseconds = Math.ceil(Number(match[1]) * UNITS[match[2] ?? 'ms']!);
    return milliseconds > 0 ? milliseconds : undefined;
  }

  /** Where a table without a database is looked up; undefined: in all that the user sees. */
  defaultDatabase(databaseNames: readonly string[]): string | undefined {
    const path = this.#values.get('search_path');
    if (path === undefined) return this.#connected;
    return readNames(path).find((name) => databaseNames.includes(name)) ?? this.#connected;
  }

  /** @throws RtdpError WIRE_SETTING_FIXED for what may not be set, or not to this value; undefined is a value nobody can foresee */
  check(name: string | undefined, value: string | undefined): void {
    const fixed = FIXED[name?.toLowerCase() ?? ''];
    if (name === undefined || NEVER.has(name.toLowerCase())) {
      throw fixedSetting(name ?? 'a setting whose name is computed', 'it cannot be changed', 'Leave it as it is.');
    }
    if (fixed !== undefined && (value === undefined || !fixed.accepts.test(value.trim()))) {
      throw fixedSetting(
        name,
        `it is always ${fixed.value}`,
        `Leave it at ${fixed.value}, and convert values in the query or in the client.`,
      );
    }
  }

  set(name: string, value: string, isLocal: boolean): void {
    const key = name.toLowerCase();
    if (isLocal && this.#before === undefined) return;
    if (isLocal) this.#local.add(key);
    else this.#local.delete(key);
    if (FIXED[key] === undefined || key === 'extra_float_digits') this.#values.set(key, value);
  }

  reset(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  resetAll(): void {
    this.#values.clear();
  }

  beginTransaction(): void {
    this.#before = new Map(this.#values);
  }

  endTransaction(isCommitted: boolean): void {
    const before = this.#before;
    if (before === undefined) return;
    if (!isCommitted) this.#values = before;
    for (const name of this.#local) {
      const value = before.get(name);
      if (value === undefined) this.#values.delete(name);
      else this.#values.set(name, value);
    }
    this.#local.clear();
    this.#before = undefined;
  }

  /** What the connection to the shadow database has to have set. */
  forShadow(databaseNames: readonly string[]): ReadonlyMap<string, string> {
    const visible = this.#connected === undefined ? databaseNames : [this.#connected];
    return new Map([
      ['application_name', ''],
      ['search_path', visible.map(quoteName).join(', ')],
      ...this.#values,
      [DATABASE_SETTING, this.database],
      [USER_SETTING, this.#user],
    ]);
  }

  /** Name → value as ParameterStatus tells it. */
  reported(): Map<string, string> {
    return new Map(REPORTED.map((name) => [name, this.#values.get(name) ?? DEFAULTS[name] ?? '']));
  }
}

const DEFAULTS: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  search_path: '"$user", public',
};

/** Names of a list as `search_path` has them: in double quotes, or plain and then in lower case. */
function readNames(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain!.toLowerCase() : quoted.replaceAll('""', '"'),
  );
}

function fixedSetting(name: string, why: string, next: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_SETTING_FIXED',
    message: `${name} cannot be set so in the gateway: ${why}.`,
    next,
    facts: { setting: name },
  });
}
