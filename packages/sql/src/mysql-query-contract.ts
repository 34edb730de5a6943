/** What printing a query for one MySQL or MariaDB is given, and what it gives. */
import type { RangeVar, SelectStmt } from 'libpg-query';
import type { MysqlValue } from './mysql-value.ts';
import type { MysqlConstants } from './print-mysql-literal.ts';
import type { QueryFacts } from './query-context.ts';

export interface MysqlTable {
  /** `schema`.`table`, quoted. */
  readonly sql: string;
  /** Nowhere else in the statement; not quoted. */
  readonly alias: string;
  readonly columns: readonly { readonly name: string; readonly value: MysqlValue }[];
}

export interface MysqlQueryOptions extends MysqlConstants {
  readonly facts: QueryFacts;
  /** Throws NotProven for a table that is not the source's. */
  readonly table: (node: RangeVar) => MysqlTable;
  readonly byteCollation: string | undefined;
  /** It has window functions and WITH: MySQL 8, MariaDB 10.2.1. */
  readonly isModern: boolean;
  /** It has INTERSECT and EXCEPT, also with ALL and in parentheses: MySQL 8.0.31, MariaDB 10.5. */
  readonly hasIntersect: boolean;
  /** Throws NotProven for a FROM that the source would take too long over. */
  readonly judgeJoins: (select: SelectStmt) => void;
  /** Aliases that derived tables must not have. */
  readonly taken: ReadonlySet<string>;
}

export interface PrintedMysql {
  /** Gives the columns c0, c1, … */
  readonly sql: string;
  /** What is known of them; `sql` is empty. */
  readonly columns: readonly MysqlValue[];
}
