/** Decides what a text of several statements gives: each is run to its end, in turn, and the first mistake ends the rest. */
import { NO_BINDING } from './portal.ts';
import type { WireSession } from './session.ts';
import { splitStatements } from './split-statements.ts';

export async function runSimpleQuery(session: WireSession, whole: string): Promise<void> {
  session.prepared.delete('');
  await session.closePortal('');
  const pieces = splitStatements(whole);
  if (pieces.length === 0) session.channel.writer.begin('I').end();
  for (const { text, start } of pieces) {
    await session.confirmLogin();
    session.current = { text, whole, start, goesTo: { by: 'nobody' }, declared: [] };
    const statement = session.statement(text, [], whole, start);
    session.current = statement;
    const portal = await session.open(statement, NO_BINDING);
    try {
      await session.whileActive(portal, async () => {
        await portal.describe(session.channel.writer, false);
        const { tag } = await portal.execute(session.target, 0);
        session.channel.writer.begin('C').text(tag).end();
      });
    } finally {
      await portal.close();
    }
    if (session.channel.ended.aborted) return;
  }
}
