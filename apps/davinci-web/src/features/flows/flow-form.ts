/** Decides how the form of a flow becomes its definition, and a shown definition the form. Pure. */
import {
  addressOf,
  type Connection,
  ENCRYPTIONS,
  encryptionOf,
  NEW_CONNECTION,
  type SslMode,
  sslConnection,
} from '../console/connection.ts';

export interface StoreConnection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  ssl: SslMode;
}

/** A definition as Wormhole shows it: every default filled in, the password empty. */
export interface FlowDefinitionView {
  name: string;
  description: string;
  stream: string;
  source: { namespace: string; topic: string };
  from: 'pull' | 'earliest' | { offset: unknown };
  steps?: { name: string; sql: string }[];
  sink: {
    store: 'postgres';
    /** Not told to who only reads. */
    connection?: StoreConnection;
    schema: string;
    table: string;
    deletes: 'physical' | 'tombstone' | 'history';
    keyHoldsSource?: boolean;
    connections: number;
  };
  onIncompatible: 'pause' | 'follow';
  limits: { rows: number; bytes: number; lingerMs: number };
  retry: { firstMs: number; maximumMs: number };
  deadLetterLimit: number;
  autoStart: boolean;
}

export interface FlowForm {
  name: string;
  description: string;
  namespace: string;
  from: 'pull' | 'earliest';
  steps: { name: string; sql: string }[];
  connection: Connection;
  schema: string;
  table: string;
  deletes: 'physical' | 'tombstone' | 'history';
  onIncompatible: 'pause' | 'follow';
}

export const NEW_FLOW: FlowForm = {
  name: '',
  description: '',
  namespace: '',
  from: 'pull',
  steps: [],
  connection: NEW_CONNECTION,
  schema: 'public',
  table: '{table}',
  deletes: 'physical',
  onIncompatible: 'pause',
};

/** What the form does not show (limits, stream, a start at an offset) is taken from the definition that is changed. */
export function flowDefinition(form: FlowForm, before?: FlowDefinitionView) {
  const keepsStart = before !== undefined && typeof before.from === 'object' && form.from === 'pull';
  const keepsTopic = before !== undefined && before.source.namespace === form.namespace;
  return {
    ...(before === undefined
      ? {}
      : {
          stream: before.stream,
          limits: before.limits,
          retry: before.retry,
          deadLetterLimit: before.deadLetterLimit,
          autoStart: before.autoStart,
        }),
    name: form.name,
    description: form.description,
    source: { namespace: form.namespace.trim(), ...(keepsTopic ? { topic: before.source.topic } : {}) },
    from: keepsStart ? before.from : form.from,
    ...(form.steps.length === 0 ? {} : { steps: form.steps }),
    sink: {
      ...(before === undefined ? {} : { connections: before.sink.connections }),
      ...(before?.sink.keyHoldsSource === undefined ? {} : { keyHoldsSource: before.sink.keyHoldsSource }),
      store: 'postgres' as const,
      connection: sslConnection(form.connection),
      schema: form.schema,
      table: form.table,
      deletes: form.deletes,
    },
    onIncompatible: form.onIncompatible,
  };
}

export function flowForm(definition: FlowDefinitionView): FlowForm {
  const { sink, source } = definition;
  return {
    name: definition.name,
    description: definition.description,
    namespace: source.namespace,
    from: definition.from === 'earliest' ? 'earliest' : 'pull',
    steps: definition.steps ?? [],
    connection: sink.connection === undefined ? NEW_CONNECTION : shownConnection(sink.connection),
    schema: sink.schema,
    table: sink.table,
    deletes: sink.deletes,
    onIncompatible: definition.onIncompatible,
  };
}

/** Whether an empty password means the one that is kept: it only ever goes to the server and role it belongs to, no less protected than before. */
export function keepsPassword(
  connection: Pick<Connection, 'host' | 'port' | 'user' | 'encryption'>,
  kept: Pick<Connection, 'host' | 'port' | 'user' | 'encryption'>,
): boolean {
  const isSamePlace = connection.host === kept.host && connection.port === kept.port && connection.user === kept.user;
  return isSamePlace && ENCRYPTIONS.indexOf(connection.encryption) >= ENCRYPTIONS.indexOf(kept.encryption);
}

/** Without its password, which is never shown. */
export function shownConnection(connection: StoreConnection): Connection {
  return { ...NEW_CONNECTION, ...addressOf(connection), encryption: encryptionOf(connection.ssl) };
}

/** A name for the next step that no other has. */
export function nextStepName(steps: readonly { name: string }[]): string {
  if (steps.length === 0) return 'result';
  for (let number = steps.length + 1; ; number += 1) {
    const name = `step_${number}`;
    if (!steps.some((step) => step.name === name)) return name;
  }
}
