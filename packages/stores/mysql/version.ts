/** Decides by its version what a MySQL or MariaDB can do, and how a session on it is set. */

export interface ServerVersion {
  readonly product: 'mysql' | 'mariadb';
  /** As the server says it: `8.0.36`, `10.11.6-MariaDB`; older MariaDBs put `5.5.5-` in front on the wire. */
  readonly version: string;
}

export function serverVersion(version: string): ServerVersion {
  return { product: /mariadb/i.test(version) ? 'mariadb' : 'mysql', version };
}

/** Compares the code points and keeps trailing blanks: the order of bytes in UTF-8. Undefined where the server has none of that kind. */
export function byteCollation(server: ServerVersion): string | undefined {
  if (server.product === 'mariadb') return isAtLeast(server, 10, 2, 2) ? 'utf8mb4_nopad_bin' : undefined;
  return isAtLeast(server, 8, 0, 17) ? 'utf8mb4_0900_bin' : undefined;
}

/** It has window functions and WITH. */
export function hasWindows(server: ServerVersion): boolean {
  return server.product === 'mariadb' ? isAtLeast(server, 10, 2, 2) : isAtLeast(server, 8, 0, 2);
}

/** It has INTERSECT and EXCEPT, also with ALL and in parentheses. */
export function hasIntersect(server: ServerVersion): boolean {
  return server.product === 'mariadb' ? isAtLeast(server, 10, 5, 0) : isAtLeast(server, 8, 0, 31);
}

/** What a new session is told, one statement each. */
export function sessionSettings(server: ServerVersion): string[] {
  return [
    // Without a collation of bytes no text is compared there but to narrow, so its padding does no harm.
    `SET NAMES utf8mb4 COLLATE ${byteCollation(server) ?? 'utf8mb4_bin'}`,
    `SET SESSION time_zone = '+00:00', sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES', group_concat_max_len = 4294967295`,
    // Else texts are put in order by their first kilobyte; these are as long as a TEXT may be, and the buffer has to hold some of them.
    'SET SESSION max_sort_length = 65536, sort_buffer_size = 4194304',
    // It takes texts of the rows around a subquery for the same where the collation of their column does, whatever compares them.
    ...(server.product === 'mariadb' ? ["SET SESSION optimizer_switch = 'subquery_cache=off'"] : []),
    // Else IS NULL finds the row that was inserted last, and a server with a limit for clients leaves rows out without a word.
    'SET SESSION sql_auto_is_null = 0, sql_select_limit = 18446744073709551615',
    'SET SESSION TRANSACTION READ ONLY',
    // Row counts and times of the last change as they are, not as they were a day ago.
    ...(server.product === 'mysql' && isAtLeast(server, 8, 0, 3)
      ? ['SET SESSION information_schema_stats_expiry = 0']
      : []),
  ];
}

/** The server's own limit of a statement, 0 = none: MariaDB counts in seconds, MySQL in milliseconds. */
export function timeLimit({ product }: ServerVersion, milliseconds: number): string {
  return product === 'mariadb'
    ? `SET SESSION max_statement_time = ${milliseconds / 1000}`
    : `SET SESSION max_execution_time = ${milliseconds}`;
}

function isAtLeast({ version }: ServerVersion, ...wanted: readonly number[]): boolean {
  const match = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const own = match.slice(1, 4).map(Number);
  const differing = wanted.findIndex((number, index) => own[index] !== number);
  return differing < 0 || own[differing]! > wanted[differing]!;
}
