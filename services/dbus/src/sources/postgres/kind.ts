/** Decides what the kind `postgres` offers the supervisor: check, open, remove. */
import type { Logger } from '@rtdp/service/logging';
import type { SourceQuestion } from '@rtdp/stores/compare-wire';
import { answerSourceQuestion } from '@rtdp/stores/postgres/compared-source';
import { openReader, type ReaderEnd } from '@rtdp/stores/postgres/connect';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import type { TableName } from '../../pipeline/contract.ts';
import type { SourceKind, SourceWatch } from '../contract.ts';
import { checkPostgres } from './check.ts';
import { clientConfig, openSession, type SourceSession } from './connection.ts';
import { openPostgresSource } from './postgres-source.ts';
import { dropPublications } from './publication.ts';
import { dropSlot, inspectSlot, NOT_WHOLE } from './slot.ts';
import { SlotWatch, slotAlarm } from './slot-watch.ts';

export const kind: SourceKind = {
  check: checkPostgres,
  open: async (stored, surroundings) => openPostgresSource(stored, surroundings),
  watch: watchPostgres,
  isRead: isSlotRead,
  compare: comparePostgres,
  remove: removePostgres,
};

/** Under the settings of whoever compares, not of the stream: both sides must write a value alike. */
async function comparePostgres(
  definition: SourceDefinition,
  table: TableName,
  question: SourceQuestion,
  end: ReaderEnd,
): Promise<unknown> {
  const pool = openReader(clientConfig(definition.connection, `rtdp-dbus-${definition.name}-compare`), end);
  try {
    return await answerSourceQuestion(pool, table, question);
  } catch (error) {
    throw isRtdpError(error, 'STORE_UNREACHABLE') ? nameSource(definition, error) : error;
  } finally {
    await pool.end();
  }
}

/** Whoever compares has two servers, and would not know which of them is away. */
function nameSource({ name, connection: { host, port } }: SourceDefinition, cause: RtdpError): RtdpError {
  return new RtdpError({
    code: cause.code,
    message: `source ${name} cannot be asked: Postgres at ${host}:${port} cannot be reached: ${cause.message}`,
    next: 'Check host, port, firewall and ssl of the connection, and that the server runs.',
    facts: { ...cause.facts, source: name },
    cause,
  });
}

function watchPostgres(definition: SourceDefinition, logger: Logger, now: () => number): SourceWatch {
  const onLost = (because: string): void => logger.error({ source: definition.name }, `the slot is lost: ${because}`);
  const watch = new SlotWatch({ definition, logger, now, onLost });
  watch.start();
  return { report: () => watch.report, alarm: () => slotAlarm(watch.report), stop: () => watch.stop() };
}

async function isSlotRead(definition: SourceDefinition): Promise<boolean> {
  await using session = await openSession(definition.connection, `rtdp-dbus-${definition.name}-standby`);
  return (await inspectSlot(session, definition.slot))?.active === true;
}

/** Nothing was ever read here under this slot, and it is read: it is another platform's, and so are the publications of its name. */
async function isReadByAnother(session: SourceSession, { slot }: SourceDefinition): Promise<boolean> {
  const facts = await inspectSlot(session, slot);
  return facts?.active === true && facts.confirmedFlushLsn !== NOT_WHOLE;
}

async function removePostgres(definition: SourceDefinition, slotIsOurs: boolean): Promise<string[]> {
  const left: string[] = [];
  const attempt = async (what: string, work: (session: SourceSession) => Promise<void>): Promise<void> => {
    try {
      await using session = await openSession(definition.connection, `rtdp-dbus-${definition.name}-remove`);
      // Asked each time: that of the other attempt may have found no answer.
      if (slotIsOurs || !(await isReadByAnother(session, definition))) await work(session);
    } catch (error) {
      const next = error instanceof RtdpError ? ` ${error.next}` : '';
      left.push(`${what}: ${error instanceof Error ? error.message : String(error)}.${next}`);
    }
  };
  await attempt(`slot ${definition.slot}`, (session) => dropSlot(session, definition.slot));
  await attempt(`publications of ${definition.slot}`, (session) => dropPublications(session, definition));
  return left;
}
