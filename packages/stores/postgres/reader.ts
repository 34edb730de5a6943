/** Reads a Postgres database for the gateway: puts sessions, scans and introspection together. */
import type { ClientConfig } from 'pg';
import { runScan } from '../run-scan.ts';
import type { ReaderOptions, ResultColumn, ScanRequest, ScanResult, StoreReader } from '../scan-contract.ts';
import { ScanRun } from '../scan-run.ts';
import { SessionPool } from '../session-pool.ts';
import { tlsOptions } from '../tls-options.ts';
import { type AskTexts, introspect, serverFacts } from './introspect.ts';
import { int32 } from './query-frames.ts';
import { type FieldDescription, QuerySession, type RowReceiver } from './query-session.ts';
import { resultColumn, typeTextOf } from './result-types.ts';
import { scanRows } from './scan.ts';
import { toScanError } from './scan-errors.ts';

/** One meaning for one statement and one text for one value, whatever the server's own settings are; and nothing is written. */
const SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_min_messages: 'error',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  quote_all_identifiers: 'off',
  gin_fuzzy_search_limit: '0',
  default_transaction_read_only: 'on',
  // Compiling pays for queries of many seconds, and costs the others dearly.
  jit: 'off',
};

const CONTROL_TIMEOUT_MS = 30_000;
/** The server's limit comes first; this one is for a server that says nothing any more. */
const LONGEST_ASK_MS = 35_000;

export function createReader(options: ReaderOptions): StoreReader {
  return new PostgresReader(options);
}

class PostgresReader implements StoreReader {
  readonly kind = 'postgres';
  readonly #config: ClientConfig;
  readonly #facts: Record<string, unknown>;
  readonly #pool: SessionPool<QuerySession>;
  /** A connection outside of the pool, for what must not wait for a scan: cancelling, and the names of types. */
  readonly #control: SessionPool<QuerySession>;
  readonly #typeNames = new Map<string, string>();

  constructor(options: ReaderOptions) {
    const { host, port, database } = options;
    this.#facts = { host, port, database };
    this.#config = configOf(options);
    this.#pool = new SessionPool(options.connections ?? 8, () => QuerySession.open(this.#config));
    this.#control = new SessionPool(1, () => QuerySession.open(this.#config));
  }

  async check(): Promise<void> {
    await this.#ask('SELECT 1');
  }

  introspect(options: { schemas?: readonly string[] } = {}): ReturnType<StoreReader['introspect']> {
    return introspect(this.#ask, options.schemas);
  }

  serverFacts(): ReturnType<StoreReader['serverFacts']> {
    return serverFacts(this.#ask);
  }

  async scan(request: ScanRequest): Promise<ScanResult> {
    const run = new ScanRun(request);
    let fields: readonly FieldDescription[] = [];
    const columnsOf = (found: readonly FieldDescription[]): readonly ResultColumn[] => {
      fields = found;
      return found.map((field) => resultColumn(field.name, typeTextOf(field) ?? '?'));
    };
    void runScan(run, {
      pool: this.#pool,
      read: (session) => scanRows(session, run, request, columnsOf),
      cancel: (session) => this.#cancel(session.processId),
      toError: (error) => toScanError(error, this.#facts),
    });
    return run.result((columns) => this.#named(columns, fields));
  }

  async close(): Promise<void> {
    this.#pool.close();
    this.#control.close();
  }

  readonly #ask: AskTexts = (sql, parameters = []) => this.#askOn(this.#pool, sql, parameters);

  async #askOn(
    pool: SessionPool<QuerySession>,
    sql: string,
    parameters: readonly (string | null)[],
  ): Promise<(string | null)[][]> {
    try {
      return await pool.use(LONGEST_ASK_MS, (session) => askTexts(session, sql, parameters));
    } catch (error) {
      throw toScanError(error, this.#facts);
    }
  }

  async #cancel(processId: number): Promise<void> {
    await this.#askOn(this.#control, 'SELECT pg_cancel_backend($1::int)', [String(processId)]);
  }

  /** Columns of types that are not built in, by the names that the server gives them. */
  async #named(
    columns: readonly ResultColumn[],
    fields: readonly FieldDescription[],
  ): Promise<readonly ResultColumn[]> {
    if (fields.every((field) => typeTextOf(field) !== undefined)) return columns;
    const named: ResultColumn[] = [];
    for (const [index, field] of fields.entries()) {
      const key = `${field.typeId} ${field.typeModifier}`;
      if (typeTextOf(field) === undefined && !this.#typeNames.has(key)) {
        const rows = await this.#askOn(this.#control, 'SELECT format_type($1::oid, $2::int)', key.split(' '));
        this.#typeNames.set(key, rows[0]?.[0] ?? '???');
      }
      const typeText = typeTextOf(field) ?? this.#typeNames.get(key)!;
      named.push(typeTextOf(field) === undefined ? resultColumn(field.name, typeText) : columns[index]!);
    }
    return named;
  }
}

async function askTexts(
  session: QuerySession,
  sql: string,
  parameters: readonly (string | null)[],
): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  let width = 0;
  const receiver: RowReceiver = {
    describe: (fields) => {
      width = fields.length;
    },
    row: (bytes, start) => {
      let at = start;
      rows.push(
        Array.from({ length: width }, () => {
          const length = int32(bytes, at);
          at += 4;
          if (length < 0) return null;
          at += length;
          return bytes.toString('utf8', at - length, at);
        }),
      );
    },
  };
  await session.run(sql, parameters, CONTROL_TIMEOUT_MS, receiver);
  return rows;
}

function configOf(options: ReaderOptions): ClientConfig {
  const { host, port, database, user, password } = options;
  return {
    host,
    port,
    database,
    user,
    password,
    application_name: options.applicationName ?? 'rtdp gateway',
    options: Object.entries(SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ssl: tlsOptions(options) ?? false,
  };
}
