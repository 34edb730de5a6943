/** Decides how a flow's sink becomes a store: its kind, its address, its connections. */
import type { Store } from '@rtdp/stores/contract';
import { openStore } from '@rtdp/stores/kinds';
import type { FlowDefinition } from '../flow/definition.ts';

/** Connects nothing yet. @throws STORE_UNKNOWN_KIND */
export function openSinkStore(definition: FlowDefinition): Promise<Store> {
  const { store, connections } = definition.sink;
  return openStore(store, {
    url: sinkUrl(definition),
    connections,
    // Postgres keeps 63 bytes of a name.
    applicationName: `rtdp-wormhole ${definition.name}`.slice(0, 63),
  });
}

/** With the password: not to be logged or told. */
export function sinkUrl({ sink: { connection } }: FlowDefinition): string {
  const url = new URL(`postgres://${connection.host}:${connection.port}/${encodeURIComponent(connection.database)}`);
  url.username = encodeURIComponent(connection.user);
  url.password = encodeURIComponent(connection.password);
  if (connection.ssl !== 'disable') url.searchParams.set('sslmode', connection.ssl);
  return url.href;
}
