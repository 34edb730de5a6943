/** Lists every error code of the SQL package with the sentence that explains it; docs and code are proven equal by a test. */

export const SQL_ERROR_CODES = {
  SQL_SYNTAX: 'The text is not one statement of the Postgres dialect.',
  SQL_NOT_SELECT: 'A step of a flow is a single SELECT.',
  SQL_UNKNOWN_TABLE: 'The statement reads a table that is neither the source nor an earlier step.',
  SQL_UNKNOWN_COLUMN: 'The statement names a column that its tables do not have.',
  SQL_AMBIGUOUS_COLUMN: 'The statement names a column that more than one of its tables have.',
  SQL_DUPLICATE_COLUMN: 'Two result columns have the same name.',
  SQL_UNKNOWN_FUNCTION: 'The function is not on the list of functions whose meaning is proven equal to Postgres.',
  SQL_UNKNOWN_OPERATOR:
    'The operator is not on the list of operators whose meaning is proven equal to Postgres for these types.',
  SQL_UNKNOWN_TYPE: 'The type is not on the list of types whose meaning is proven equal to Postgres.',
  SQL_UNKNOWN_CAST: 'The cast is not on the list of casts whose meaning is proven equal to Postgres.',
  SQL_TYPE_MISMATCH: 'The types of two expressions do not fit, as in Postgres.',
  SQL_INVALID_VALUE: 'A constant is not a value of the type it is used as.',
  SQL_UNSUPPORTED: 'The construct exists in Postgres but its meaning is not proven here.',
  SQL_PLACEHOLDER: 'A flow has no parameters.',
  SQL_STATEFUL_AGGREGATE: 'An aggregate looks at more than one row.',
  SQL_STATEFUL_DISTINCT: 'DISTINCT compares rows with each other.',
  SQL_STATEFUL_GROUP: 'GROUP BY and HAVING put several rows together.',
  SQL_STATEFUL_LIMIT: 'LIMIT and OFFSET depend on the other rows.',
  SQL_STATEFUL_ORDER: 'ORDER BY depends on the other rows.',
  SQL_STATEFUL_WINDOW: 'A window function looks at more than one row.',
  SQL_STATEFUL_JOIN: 'A join of two sources depends on more than one row.',
  SQL_STATEFUL_SUBQUERY: 'A subquery in an expression may depend on other rows.',
  SQL_STATEFUL_SET_OPERATION: 'UNION, INTERSECT and EXCEPT without ALL compare rows with each other.',
  SQL_STATEFUL_LOCK: 'FOR UPDATE and FOR SHARE have no meaning in a flow.',
  SQL_VOLATILE: 'The function gives another result when it is called again.',
  SQL_AMBIGUOUS_TABLE: 'Two tables of one FROM have the same name.',
  SQL_NOT_GROUPED: 'A column is neither grouped nor aggregated.',
  SQL_MISPLACED: 'An aggregate or a window function stands where Postgres does not allow it.',
  SQL_UNKNOWN_WINDOW: 'The statement names a window that it does not define.',
  SQL_FUNCTION_FORBIDDEN: 'The function reaches outside the query or has effects, so it is never sent to a source.',
  SQL_CATALOG_FORBIDDEN: 'System tables of a source are not read through the gateway.',
  SQL_KEY_LOST: 'The key of the result cannot be derived from the key of the source.',
} as const;

export type SqlErrorCode = keyof typeof SQL_ERROR_CODES;
