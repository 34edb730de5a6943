/** Decides when a definition that came without its password is used with the one that is kept. Pure. */
import type { FlowDefinition } from './definition.ts';

/** A definition that was shown has no password; sent back as it was shown, it keeps the one it has. */
export function keepPassword(changed: FlowDefinition, before: FlowDefinition): FlowDefinition {
  const { connection } = changed.sink;
  if (connection.password !== '') return changed;
  return {
    ...changed,
    sink: { ...changed.sink, connection: { ...connection, password: before.sink.connection.password } },
  };
}

/** The same for a look that changes nothing: a kept password is only ever shown to the server and role it belongs to. */
export function withKeptPassword(looked: FlowDefinition, kept: FlowDefinition): FlowDefinition {
  const place = ({ host, port, user }: FlowDefinition['sink']['connection']): string =>
    JSON.stringify([host, port, user]);
  return place(looked.sink.connection) === place(kept.sink.connection) ? keepPassword(looked, kept) : looked;
}
