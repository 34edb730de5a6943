/** Decides when a definition that came without its password is used with the one that is kept. Pure. */
import type { FlowDefinition } from './definition.ts';

/**
 * A definition that was shown has no password; sent back as it was shown, it keeps the one it has. A kept password only ever goes to the server
 * and role it belongs to, as well protected on its way as before: else it has to be given.
 */
export function withKeptPassword(given: FlowDefinition, kept: FlowDefinition): FlowDefinition {
  const { connection } = given.sink;
  if (connection.password !== '' || placeOf(given) !== placeOf(kept) || protectionOf(given) < protectionOf(kept))
    return given;
  return {
    ...given,
    sink: { ...given.sink, connection: { ...connection, password: kept.sink.connection.password } },
  };
}

function protectionOf({ sink: { connection } }: FlowDefinition): number {
  return ['disable', 'require', 'verify-full'].indexOf(connection.ssl);
}

function placeOf({ sink: { connection } }: FlowDefinition): string {
  const { host, port, user } = connection;
  return JSON.stringify([host, port, user]);
}
