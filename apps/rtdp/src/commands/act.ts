/** How a verb gets its session: opened when the verb runs, with errors printed in one place. */
import type { Session } from '../session/session.ts';

export type Act = (work: (session: Session) => Promise<void>) => Promise<void>;
