/** Lists every error code of the engine with the sentence that explains it; docs and code are proven equal by a test. */

export const ENGINE_ERROR_CODES = {
  ENGINE_FLOW_REFUSED: 'The SQL of a flow was refused; `facts.problems` says where and why.',
  ENGINE_ROW_FAILED: 'One row makes the SQL fail; `facts.row` is its index in the batch.',
  ENGINE_TIMEOUT: 'The SQL took longer than the time limit and was interrupted.',
  ENGINE_OUT_OF_MEMORY: 'The SQL needs more memory than the engine was given.',
  ENGINE_BATCH_MISMATCH: 'The batch does not have the columns the flow was compiled for.',
  ENGINE_VALUE_FAILED: 'A value makes the SQL of a query fail, as it would in Postgres; the message says how.',
  ENGINE_CANCELLED: 'The query was cancelled.',
  ENGINE_CLOSED: 'The engine is closed.',
  ENGINE_INTERNAL: 'The embedded engine reported an error that is not the fault of a row.',
} as const;
