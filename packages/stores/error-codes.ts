/** Lists every error code of the stores with the sentence that explains it. */
export const STORE_ERROR_CODES = {
  STORE_UNKNOWN_KIND: 'The kind of store is not known.',
  STORE_UNREACHABLE:
    'The store does not answer, or the connection broke; nothing of the call was committed, or its answer was lost.',
  STORE_REFUSED: 'The store answers but refuses: credentials, rights or a missing database.',
  STORE_FENCED:
    'Another worker has claimed the partition, or the position in the store is not the expected one; nothing was written.',
  STORE_LOCK_TIMEOUT: 'A lock was not granted in time; nothing was written, the same call may be repeated.',
  STORE_CONFLICT:
    'The store aborted the transaction for concurrency (deadlock, serialisation); the same call may be repeated.',
  STORE_OUT_OF_SPACE: 'The store has no room or no resources left; nothing was written.',
  STORE_OTHER_WRITER: 'The sink table belongs to another flow.',
  STORE_TABLE_FOREIGN: 'The table exists but was not made by RTDP and does not fit.',
  STORE_INCOMPATIBLE: 'The change of schema is not compatible with the sink table.',
  STORE_SCHEMA_BEHIND: 'The batch has a column the sink does not know yet; evolve the sink first.',
  STORE_BAD_DEFINITION: 'The definition of the sink contradicts itself.',
  STORE_ROW_REFUSED: 'The store refuses a value or row of the batch (type, range, constraint); bisect to find it.',
  STORE_NOT_COMPARABLE: 'The two tables cannot be compared row by row.',
  STORE_QUERY_FAILED: 'The store refuses or fails the statement; `facts.sqlState` and the message are its own.',
  STORE_RESULT_TYPE: 'A result has another shape than was counted on, or holds a value that its type does not have.',
  STORE_CANCELLED: 'The query was cancelled, here or at the store.',
  STORE_TIMEOUT: 'The query took longer than it may.',
  STORE_FAILED: 'The store failed in a way that is not known; see the facts.',
} as const;

export type StoreErrorCode = keyof typeof STORE_ERROR_CODES;
