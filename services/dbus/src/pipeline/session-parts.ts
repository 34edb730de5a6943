/** Decides how the parts of one session are wired: bytes of the log → decoder → rows → batches → publisher → acknowledgement. */
import { HEARTBEAT_TABLE, publicationNames } from '../catalog/source-definition.ts';
import { clientConfig, openSession, type SourceSession } from '../sources/postgres/connection.ts';
import { PgoutputDecoder } from '../sources/postgres/pgoutput-decoder.ts';
import { RelationCache } from '../sources/postgres/relation-cache.ts';
import type { TypeMap } from '../sources/postgres/type-map.ts';
import { WalStream } from '../sources/postgres/wal-stream.ts';
import { type HeartbeatRow, LogChanges } from '../sources/postgres/wal-stream-changes.ts';
import { Acknowledger } from './acknowledger.ts';
import { BatchCutter } from './batch-cutter.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage } from './contract.ts';
import type { ControlTarget } from './control-messages.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Position } from './position-record.ts';
import type { Publisher } from './publisher.ts';
import { RowHead } from './row-head.ts';
import type { SchemaLedger } from './schema-ledger.ts';
import type { StreamSessionOptions } from './stream-session.ts';
import { ChangeWriter } from './to-ums.ts';

export interface SessionParts {
  catalog: SourceSession;
  publisher: Publisher;
  acknowledger: Acknowledger;
  cutter: BatchCutter;
  writer: ChangeWriter;
  relations: RelationCache;
  ledger: SchemaLedger;
  head: RowHead;
  target: ControlTarget;
  log: WalStream;
  heartbeat: Heartbeat;
}

/** What was opened and read before anything can be wired. */
export interface SessionFindings {
  publisher: Publisher;
  catalog: SourceSession;
  ledger: SchemaLedger;
  position: Position;
  types: TypeMap;
  target: ControlTarget;
  pool: BufferPool;
}

/** What the session itself decides. */
export interface SessionHooks {
  isEnded: () => boolean;
  onEnd: (error: unknown) => void;
  onProgress: () => void;
  onHeartbeat: (row: HeartbeatRow) => void;
  takeHeartbeats: () => PipelineMessage[];
}

export function wireSession(options: StreamSessionOptions, found: SessionFindings, hooks: SessionHooks): SessionParts {
  const { publisher, catalog, ledger, position, types, target, pool } = found;
  const { definition, sequencer, figures, tableFigures, now, logger, onSchemaOpened, onTableStopped } = options;
  const head = new RowHead(position.nextId);
  const cutter = new BatchCutter(position.lsn, {
    limits: definition.limits,
    pool: pool,
    marks: { source: definition.source, instance: target.instance },
    now,
    seal: () => writer.seal(),
    closing: () => hooks.takeHeartbeats(),
    nextId: () => head.base,
    isPublisherIdle: () => !publisher.isBusy && publisher.waiting === 0,
    onBatch: (batch) => {
      publisher.add(batch);
      hooks.onProgress();
    },
  });
  const writer = new ChangeWriter({
    definition,
    ledger,
    head,
    pool: pool,
    cutter,
    target,
    figures,
    tableFigures,
    now,
    rawMessage: () => changes.rawMessage(),
    onOpened: (opening) => onSchemaOpened?.(opening),
    onTableStopped: (table, error) => onTableStopped?.(table, error),
  });
  const relations = new RelationCache({
    session: catalog,
    types,
    isHeartbeat: (table) => table.schema === HEARTBEAT_TABLE.schema && table.table === HEARTBEAT_TABLE.table,
  });
  const changes = new LogChanges({
    writer,
    cutter,
    head,
    relations,
    inside: position.inside,
    hold: (work) => log.hold(work),
    onTransaction: (xid) => sequencer.noteTransaction(xid),
    onHeartbeat: (row) => hooks.onHeartbeat(row),
  });
  const decoder = new PgoutputDecoder(changes);
  const acknowledger = new Acknowledger({
    durableLsn: position.lsn,
    pool: pool,
    figures,
    tableFigures,
    nextId: () => head.base,
    now,
  });
  const names = publicationNames(definition);
  const log = new WalStream({
    client: clientConfig(definition.connection, `rtdp dbus ${definition.name}`),
    logger,
    slot: definition.slot,
    publications: [names.keyed, names.insertOnly],
    textIsUtf8: types.textIsUtf8,
    from: position.lsn,
    ...(options.silenceMs === undefined ? {} : { silenceMs: options.silenceMs }),
    durableLsn: () => acknowledger.durableLsn,
    onEnd: (error) => hooks.onEnd(error),
    onMessage: (bytes, start, end) => {
      if (hooks.isEnded()) return;
      try {
        changes.setMessage(bytes, start, end);
        decoder.decode(bytes, start, end);
      } catch (error) {
        hooks.onEnd(error);
      }
    },
  });
  const heartbeat = new Heartbeat({
    source: definition.source,
    intervalMs: definition.heartbeatMs,
    openSession: () => openSession(definition.connection, `rtdp dbus ${definition.name} heartbeat`),
    wantsSnapshot: () => sequencer.hasUnseen(),
    onSnapshot: (text) => sequencer.forgetVisible(text),
    onError: (error) => {
      if (!hooks.isEnded()) logger.warn({ error: error.toJSON() }, error.message);
    },
  });
  return { catalog, publisher, acknowledger, cutter, writer, relations, ledger, head, target, log, heartbeat };
}
