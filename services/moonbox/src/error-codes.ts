/** Lists every error code of Moonbox with the sentence that explains it; codes of planning are in `plan/error-codes.ts`. */
export const MOONBOX_ERROR_CODES = {
  MOONBOX_MOUNT_EXISTS: 'A database of that name is already there.',
  MOONBOX_MOUNT_UNKNOWN: 'There is no mount of that name.',
  MOONBOX_MOUNT_REFUSED: 'The store that should be mounted does not answer, or refuses the login; nothing was stored.',
  MOONBOX_REFRESH_TIMEOUT: 'The store of a mount did not tell its tables in time.',
  MOONBOX_DATABASE_UNKNOWN: 'The database does not exist, or the user may not read it.',
  MOONBOX_DATABASE_EXISTS: 'A database of that name is already there.',
  MOONBOX_DATABASE_IS_MOUNT: 'A mounted database goes with UNMOUNT, not with DROP.',
  MOONBOX_TABLE_UNKNOWN: 'The table does not exist, or the user may not read it.',
  MOONBOX_COLUMN_UNKNOWN: 'The column does not exist, or the user may not read it.',
  MOONBOX_GRANT_UNKNOWN: 'There is no such grant to revoke.',
  MOONBOX_STATEMENT_INVALID: "A statement of the gateway's own is not written as it must be.",
  MOONBOX_STATEMENT_UNSUPPORTED: 'The gateway has no such statement.',
  MOONBOX_PARAMETERS_INVALID: 'The statement needs other parameters than were given.',
  MOONBOX_QUERY_UNKNOWN: 'No statement of that id is running, or it belongs to somebody else.',
  MOONBOX_CANCELLED: 'The statement was cancelled.',
  MOONBOX_TIME_LIMIT: 'The statement took longer than it may.',
  MOONBOX_ROW_LIMIT: 'The statement gives more rows than it may.',
  MOONBOX_MEMORY_LIMIT: 'The statement needs more memory than it may have.',
  MOONBOX_QUEUE_UNAVAILABLE: 'Too many statements are waiting already.',
  MOONBOX_STOPPING_UNAVAILABLE: 'The gateway is stopping.',
  MOONBOX_PASSWORD_UNKNOWN: 'The user has no password for Postgres clients.',
  MOONBOX_PASSWORD_EXISTS: 'The user name belongs to another organisation.',
} as const;

export type MoonboxErrorCode = keyof typeof MOONBOX_ERROR_CODES;
