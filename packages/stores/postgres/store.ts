/** Opens sinks of one Postgres database over a shared, small pool of connections, and hands out the re-read requests they recorded. */
import type { RereadRequest, SinkDefinition, Store, StoreOptions, TableSink } from '../contract.ts';
import { ensureBookkeeping } from './bookkeeping.ts';
import { requireBookkeepingRights } from './bookkeeping-rights.ts';
import { Connections } from './connect.ts';
import { qualify } from './dialect.ts';
import { PostgresSink } from './sink.ts';

export function createStore(options: StoreOptions): Store {
  return new PostgresStore(options);
}

class PostgresStore implements Store {
  readonly kind = 'postgres';
  readonly #connections: Connections;
  #hasBookkeeping = false;

  constructor(options: StoreOptions) {
    this.#connections = new Connections(options);
  }

  async check(): Promise<void> {
    await this.#connections.use({}, requireBookkeepingRights);
  }

  openSink(definition: SinkDefinition): TableSink {
    return new PostgresSink(this.#connections, definition);
  }

  async forgetSink(schema: string, table: string, flow: string): Promise<void> {
    await this.#connections.transaction({ schema, table, flow }, async (session) => {
      await ensureBookkeeping(session);
      const rows = await session.query<{ sink_id: number }>(
        'DELETE FROM rtdp.sink_tables WHERE schema_name = $1 AND table_name = $2 AND flow = $3 RETURNING sink_id',
        [schema, table, flow],
      );
      for (const { sink_id } of rows) {
        await session.query(`DROP TABLE IF EXISTS ${qualify('rtdp', `sink_${sink_id}_remembered`)}`);
        await session.query(`DROP SEQUENCE IF EXISTS ${qualify('rtdp', `sink_${sink_id}_commits`)}`);
      }
    });
  }

  async pendingRereads(limit: number): Promise<{ id: bigint; request: RereadRequest }[]> {
    if (!this.#hasBookkeeping) await this.#connections.transaction({}, ensureBookkeeping);
    this.#hasBookkeeping = true;
    const rows = await this.#connections.use({}, (session) =>
      session.query<{ request_id: string; namespace: string; key: Record<string, string>; reason: string }>(
        'SELECT request_id, namespace, key, reason FROM rtdp.rereads ORDER BY request_id LIMIT $1',
        [limit],
      ),
    );
    return rows.map(({ request_id, namespace, key, reason }) => ({
      id: BigInt(request_id),
      request: { namespace, key, reason },
    }));
  }

  async acknowledgeRereads(ids: readonly bigint[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#connections.use({}, (session) =>
      session.query('DELETE FROM rtdp.rereads WHERE request_id = ANY ($1::bigint[])', [ids.map(String)]),
    );
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }
}
