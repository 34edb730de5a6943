/** Decides how a statement that several questions share is run, and what of its answer is whose. */
import type { VariableValue } from '../client/variables.ts';
import type { View } from '../client/views.ts';
import type { DataSource, OnBehalf } from '../sources/data-source.ts';
import { compileShared, type SharedQuestion } from '../views/compile-shared.ts';
import type { Asker } from '../views/compile-view.ts';
import { type Answer, answerOf } from './answer.ts';

export interface SharedStatement {
  view: View;
  asker: Asker;
  source: DataSource;
  onBehalf: OnBehalf;
  values: Readonly<Record<string, VariableValue>>;
  types: ReadonlyMap<string, string>;
  questions: readonly SharedQuestion[];
  label: string;
  signal: AbortSignal;
  timeoutMs: number;
}

/** These would befall each of them as well; anything else may be the fault of one. */
const OF_ALL = /_CANCELLED$|_TIMEOUT$|_UNAVAILABLE$|_UNREACHABLE$|_UNAUTHENTICATED$/;

export interface SharedAnswers {
  /** One for each question. */
  answers: Answer[];
  /** Groups that the rows were grouped into first. */
  groups: number;
}

/** Undefined where they have to be asked alone, because there is too much of it or one of them fails. */
export async function runShared(statement: SharedStatement): Promise<SharedAnswers | undefined> {
  const { view, asker, source, onBehalf, values, types, questions, label, signal, timeoutMs } = statement;
  const startedAt = performance.now();
  const shared = compileShared(view, questions, values, asker, types);
  const query = { sql: shared.sql, parameters: shared.parameters, maximumRows: shared.mostRows + 1, timeoutMs };
  try {
    const { rows, columns } = await source.query({ ...query, signal, label }, onBehalf);
    if (shared.isCut(rows)) return undefined;
    const milliseconds = performance.now() - startedAt;
    const answers = questions.map(({ compiled }, index) => {
      const own = shared.pick(rows, index);
      const ownTypes = own.places.map((place) => shared.typeAt(place) ?? columns[place]!.type);
      return answerOf(compiled, { types: ownTypes, rows: own.rows, truncated: false, milliseconds });
    });
    return { answers, groups: shared.groupsOf(rows) };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (signal.aborted || typeof code !== 'string' || OF_ALL.test(code)) throw error;
    // As each alone: what is not all computed by one Postgres is asked for with the zone written out.
    if (code.startsWith('SQL_') && asker.listedZone !== true) {
      return runShared({ ...statement, asker: { ...asker, listedZone: true } });
    }
    return undefined;
  }
}
