/** Decides what each message of the extended protocol does: a statement is parsed, bound to a portal, described, executed by portions, closed. */
import { RtdpError } from '@rtdp/ums/error';
import type { FieldReader } from './message-reader.ts';
import type { Binding, Portal } from './portal.ts';
import type { PreparedStatement, WireSession } from './session.ts';
import { splitStatements } from './split-statements.ts';

export function parse(session: WireSession, fields: FieldReader): void {
  const name = fields.text();
  const whole = fields.text();
  const declared = fields.list(() => fields.int32() >>> 0);
  if (name !== '' && session.prepared.has(name)) {
    throw new RtdpError({
      code: 'WIRE_STATEMENT_EXISTS',
      message: `prepared statement ${JSON.stringify(name)} already exists`,
      next: 'Close it first, or take another name.',
    });
  }
  const pieces = splitStatements(whole);
  if (pieces.length > 1) {
    throw new RtdpError({
      code: 'WIRE_STATEMENTS_SEVERAL',
      message: 'cannot insert multiple commands into a prepared statement',
      next: 'Prepare each statement by itself.',
    });
  }
  const { text, start } = pieces[0] ?? { text: '', start: 0 };
  session.current = { text, whole, start, goesTo: { by: 'nobody' }, declared };
  session.prepared.set(name, session.statement(text, declared, whole, start));
  session.channel.writer.begin('1').end();
}

function preparedOf(session: WireSession, name: string): PreparedStatement {
  const statement = session.prepared.get(name);
  if (statement === undefined) throw session.unknownStatement(name);
  session.current = statement;
  return statement;
}

export async function bind(session: WireSession, fields: FieldReader): Promise<void> {
  const portalName = fields.text();
  const statementName = fields.text();
  const statement = preparedOf(session, statementName);
  const binding: Binding = {
    parameterFormats: fields.list(() => fields.int16()),
    parameters: fields.list(() => {
      const length = fields.int32();
      return length < 0 ? null : fields.bytes(length);
    }),
    resultFormats: fields.list(() => fields.int16()),
  };
  session.admit(statement);
  checkParameters(statement, statementName, binding.parameters.length);
  await session.closePortal(portalName);
  session.portals.set(portalName, await session.open(statement, binding));
  session.channel.writer.begin('2').end();
}

export async function describe(session: WireSession, fields: FieldReader): Promise<void> {
  const kind = fields.byte();
  const name = fields.text();
  const { writer } = session.channel;
  if (kind === 0x50) {
    const portal = portalOf(session, name);
    await session.whileActive(portal, () => portal.describe(writer, true));
    return;
  }
  const statement = preparedOf(session, name);
  const description = await session.descriptionOf(statement);
  const oids = description.parameterOids;
  writer.begin('t').int16(oids.length);
  for (const oid of oids) writer.int32(oid);
  writer.end();
  description.write(writer);
}

function portalOf(session: WireSession, name: string): Portal {
  const portal = session.portals.get(name) ?? session.cursors.get(name)?.portal;
  if (portal === undefined) {
    throw new RtdpError({
      code: 'WIRE_CURSOR_UNKNOWN',
      message: `portal ${JSON.stringify(name)} does not exist`,
      next: 'Bind it first; outside of a transaction it ends at Sync.',
    });
  }
  session.current = { text: portal.text, whole: portal.text, start: 0, goesTo: { by: 'nobody' }, declared: [] };
  return portal;
}

export async function execute(session: WireSession, fields: FieldReader): Promise<void> {
  const name = fields.text();
  const limit = fields.int32();
  const portal = portalOf(session, name);
  const { writer } = session.channel;
  const progress = await session.whileActive(portal, () => portal.execute(session.target, Math.max(0, limit)));
  if (progress.isSuspended) writer.begin('s').end();
  else if (progress.tag === '') writer.begin('I').end();
  else writer.begin('C').text(progress.tag).end();
}

export async function close(session: WireSession, fields: FieldReader): Promise<void> {
  const kind = fields.byte();
  const name = fields.text();
  if (kind === 0x53) session.prepared.delete(name);
  else await session.closePortal(name);
  session.channel.writer.begin('3').end();
}

function checkParameters({ goesTo, declared, text }: PreparedStatement, name: string, given: number): void {
  const used = goesTo.by === 'catalog' ? goesTo.parts.parameters : goesTo.by === 'gateway' ? goesTo.parameters : 0;
  const needed = Math.max(used, declared.length);
  if (given === needed || (needed === 0 && goesTo.by === 'gateway' && text.includes('$'))) return;
  throw new RtdpError({
    code: 'WIRE_PARAMETER_COUNT',
    message: `bind message supplies ${given} parameters, but prepared statement ${JSON.stringify(name)} requires ${needed}`,
    next: 'Bind a value, or NULL, to each parameter.',
    facts: { given, needed },
  });
}
