/**
 * Decides which error a user is told when a statement fails below: limits by the gateway's own codes, SQL problems with their place, and of
 * the stores nothing that only administrators know.
 */
import { nearestName } from '@rtdp/sql/nearest-name';
import { positionOfIndex } from '@rtdp/sql/position';
import { SqlError } from '@rtdp/sql/problem';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { TableRead } from './contract.ts';

export interface FailedQuery {
  sql: string;
  /** Whoever aborted it said why, and what broke because of that is not the reason. */
  signal: AbortSignal;
  memoryLimit: string;
  /** A view is in it whose tables the user may not read. */
  isClosed?: boolean;
  /** What it reads, as the user may know it: names that may have been meant. */
  tables?: readonly Pick<TableRead, 'columns'>[];
}

/** What the source of a whole query says where the planner leaves names and types to it. */
const CODE_OF_STATE: Readonly<Record<string, string>> = {
  '42P01': 'SQL_UNKNOWN_TABLE',
  '42703': 'SQL_UNKNOWN_COLUMN',
  '42702': 'SQL_AMBIGUOUS_COLUMN',
  '42883': 'SQL_UNKNOWN_FUNCTION',
  '42804': 'SQL_TYPE_MISMATCH',
};

/** Where a store is, and as whom it is asked: on the mount, for those who may see it. */
const FACTS_OF_ADMINISTRATORS = ['host', 'port', 'database', 'user', 'position'];

export function toQueryError(error: unknown, failed: FailedQuery): unknown {
  const { sql, signal, memoryLimit, isClosed = false, tables = [] } = failed;
  if (signal.aborted) return isRtdpError(signal.reason) ? signal.reason : cancelled();
  if (error instanceof SqlError) {
    return new RtdpError({
      code: error.code,
      message: [...new Set(error.problems.map(({ message }) => message))].join(' '),
      next: error.next,
      facts: { problems: error.problems },
      cause: error,
    });
  }
  if (!isRtdpError(error)) return error;
  if (isClosed && /^(STORE|ENGINE)_/.test(error.code) && !TELLS_NOTHING_OF_ROWS.has(error.code))
    return withoutReason(error);
  switch (error.code) {
    case 'STORE_TIMEOUT':
    case 'ENGINE_TIMEOUT':
      return changed(error, {
        code: 'MOONBOX_TIME_LIMIT',
        next: 'Ask for less (a filter, fewer columns), or allow it more time.',
      });
    case 'ENGINE_OUT_OF_MEMORY':
      return new RtdpError({
        code: 'MOONBOX_MEMORY_LIMIT',
        message: `the statement needs more memory than the ${memoryLimit} it may have`,
        next: 'Ask for less (a filter, fewer columns, fewer groups), or see EXPLAIN for what is computed in the gateway.',
        facts: { memoryLimit, reason: error.message },
        cause: error,
      });
    case 'STORE_UNREACHABLE':
    case 'STORE_REFUSED':
      return changed(error, {
        message:
          error.code === 'STORE_UNREACHABLE'
            ? 'a store of the statement does not answer'
            : 'a store of the statement refuses the login of the gateway',
        next: 'Ask again in a moment; if it stays, SHOW MOUNTS tells administrators which store it is and why.',
      });
    case 'STORE_QUERY_FAILED':
      return failedAtSource(error, sql, tables);
    default:
      return error.code.startsWith('STORE_') ? changed(error, {}) : error;
  }
}

/** Of all others the message may hold names and values of whatever was computed. */
const TELLS_NOTHING_OF_ROWS: ReadonlySet<string> = new Set([
  'STORE_TIMEOUT',
  'ENGINE_TIMEOUT',
  'ENGINE_OUT_OF_MEMORY',
  'STORE_UNREACHABLE',
  'STORE_REFUSED',
  'STORE_CANCELLED',
  'ENGINE_CANCELLED',
]);

function withoutReason(error: RtdpError): RtdpError {
  return new RtdpError({
    code: CODE_OF_STATE[String(error.facts.sqlState)] ?? error.code,
    message:
      'the statement failed where a view of it is computed; why is told to those who may read the tables of the view',
    next: 'Correct what the statement itself asks; if that is right, ask the owner of the view.',
    cause: error,
  });
}

function failedAtSource(error: RtdpError, sql: string, tables: readonly Pick<TableRead, 'columns'>[]): RtdpError {
  const code = CODE_OF_STATE[String(error.facts.sqlState)];
  if (code === undefined) return changed(error, {});
  const name = nameIn(error.message);
  const meant =
    name === undefined || code !== 'SQL_UNKNOWN_COLUMN'
      ? undefined
      : nearestName(
          name,
          tables.flatMap(({ columns }) => columns),
        );
  const hint = meant === undefined ? {} : { next: `Did you mean ${meant}?` };
  const place = name === undefined ? undefined : placeOfName(name, sql);
  if (place === undefined) return changed(error, { code, ...hint });
  const problem = { code, message: error.message, next: 'Correct the statement at this place.', ...hint, ...place };
  return changed(error, { code, next: problem.next }, { problems: [problem] });
}

/** The name that a source tells of, without its table. */
function nameIn(message: string): string | undefined {
  const written = /"([^"]+)"|(?:column|function|relation) ([\w.]+)/.exec(message);
  return (written?.[1] ?? written?.[2])?.split('.').at(-1);
}

/** The source was sent another text, so its position means nothing here; a name that stands once in the statement does. */
function placeOfName(name: string, sql: string): { line: number; column: number } | undefined {
  const escaped = name.replaceAll(/[^\w]/g, '\\$&');
  const [only, second] = [...sql.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'giu'))];
  return only === undefined || second !== undefined ? undefined : positionOfIndex(sql, only.index);
}

/** The same with something told in another way, and without what is not for everybody. */
function changed(
  error: RtdpError,
  told: { code?: string; message?: string; next?: string },
  facts: Record<string, unknown> = {},
): RtdpError {
  const open = Object.entries(error.facts).filter(([name]) => !FACTS_OF_ADMINISTRATORS.includes(name));
  return new RtdpError({
    code: told.code ?? error.code,
    message: told.message ?? error.message,
    next: told.next ?? error.next,
    facts: { ...Object.fromEntries(open), ...facts },
    cause: error,
  });
}

function cancelled(): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_CANCELLED',
    message: 'the statement was cancelled',
    next: 'Run it again if that was not meant.',
  });
}
