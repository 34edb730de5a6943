/**
 * Decides which questions of one request are answered by one statement: those that ask the same view for the same rows. Those that group alike
 * share one grouping; those that group differently share one pass over the rows where their measures allow it and their groups are few.
 */
import type { QueryParts } from '../client/questions.ts';
import { dimensionKey, groupingKey, isAdditive, MOST_BASE_GROUPS } from '../views/compile-shared.ts';

export interface Shareable {
  /** What must be the same: view, version, variables, filters, zone. */
  rows: string;
  parts: QueryParts;
  /** Types of the columns of the view, as far as they are known. */
  types: ReadonlyMap<string, string>;
}

/** A statement's audit names all widgets that it answers. */
const MOST_TOGETHER = 50;
/** More columns together make too many groups to be worth it. */
const MOST_DIMENSIONS = 5;
/** Spans of which a view holds few. */
const COARSE = new Set(['day', 'week', 'month', 'quarter', 'year']);

/** Two passes become one where their groups, each with each, are not more than this: most of them rarely stand together. */
const MOST_GROUPS_TOGETHER = MOST_BASE_GROUPS / 2;

export interface Experience {
  /** True of a `sharedKey` that did not answer all of its questions of late. */
  isRefused(key: string): boolean;
  /** Into how many groups the rows of a `sharedKey` fell of late; undefined where nothing is known. */
  groupsOf(key: string): number | undefined;
}

/** Names a statement, to remember of it how it went. */
export function sharedKey(questions: readonly Shareable[]): string {
  return JSON.stringify([questions[0]!.rows, [...new Set(questions.map(({ parts }) => groupingKey(parts)))].sort()]);
}

/** Groups of at least two; who is in none asks alone. */
export function shareQuestions<Question extends Shareable>(
  questions: readonly Question[],
  experience: Experience,
): Question[][] {
  const fit = questions.filter(({ parts }) => parts.measures.length > 0 && parts.having.length === 0);
  return grouped(fit, ({ rows }) => rows)
    .flatMap((ofRows) => byPass(ofRows, experience))
    .flatMap((group) => slices(group, MOST_TOGETHER))
    .filter((group) => group.length > 1 && !experience.isRefused(sharedKey(group)));
}

/** One pass over the rows for all whose groups are likely few, by time and otherwise each; the others by what they group by. */
function byPass<Question extends Shareable>(questions: Question[], experience: Experience): Question[][] {
  const mayBeOne = (wanted: Question[]): boolean => {
    const dimensions = new Set(wanted.flatMap(({ parts }) => parts.dimensions.map(dimensionKey)));
    return dimensions.size <= MOST_DIMENSIONS && !experience.isRefused(sharedKey(wanted));
  };
  const onePass = (wanted: Question[]): Question[][] => {
    const alike = grouped(wanted, ({ parts }) => groupingKey(parts));
    return alike.length < 2 || !mayBeOne(wanted) ? alike : [wanted];
  };
  const fit = questions.filter(mayBeMadeOfParts);
  const rest = questions.filter((question) => !fit.includes(question));
  const byTime = ({ parts }: Question): boolean => parts.dimensions.some(({ grain }) => grain !== undefined);
  const passes = [onePass(fit.filter((question) => !byTime(question))), onePass(fit.filter(byTime))].flat();
  const groups = passes.map((pass) => experience.groupsOf(sharedKey(pass)) ?? Number.POSITIVE_INFINITY);
  const together = groups.reduce((product, each) => product * Math.max(1, each), 1);
  const isOne = passes.length > 1 && together <= MOST_GROUPS_TOGETHER && mayBeOne(fit);
  return [...(isOne ? [fit] : passes), ...grouped(rest, ({ parts }) => groupingKey(parts))];
}

/** What groups by a number or by a moment as it stands has a group for nearly each row. */
function mayBeMadeOfParts({ parts, types }: Shareable): boolean {
  return (
    parts.measures.every((measure) => isAdditive(measure, types.get(measure.column))) &&
    parts.dimensions.every(({ column, grain }) =>
      grain === undefined ? /^(text|character|boolean)/.test(types.get(column) ?? '') : COARSE.has(grain),
    )
  );
}

function grouped<Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string): Thing[][] {
  const groups = new Map<string, Thing[]>();
  for (const thing of things) groups.set(keyOf(thing), [...(groups.get(keyOf(thing)) ?? []), thing]);
  return [...groups.values()];
}

function slices<Thing>(things: readonly Thing[], most: number): Thing[][] {
  return Array.from({ length: Math.ceil(things.length / most) }, (_, index) =>
    things.slice(index * most, (index + 1) * most),
  );
}
