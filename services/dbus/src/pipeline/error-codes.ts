/** The error codes of the log reader and the pipeline, each with the sentence that explains it. */
export const PIPELINE_ERROR_CODES = {
  DBUS_LOG_MALFORMED: 'The log holds bytes that are no message of pgoutput.',
  DBUS_LOG_DISCONNECTED: 'The connection to the log of the source ended; it is made again by itself.',
  DBUS_SLOT_IN_USE: 'Another process reads the replication slot.',
  DBUS_SLOT_LOST: 'The replication slot is gone, or the server has removed log that it still needed.',
  DBUS_SLOT_AHEAD: 'The slot begins after the position in Kafka: what lies between is in neither.',
  DBUS_POSITION_MALFORMED: 'A position record in Kafka cannot be read.',
  DBUS_FENCED: 'Another process streams the same source.',
  DBUS_STREAM_RESTARTED: 'The stream lost Postgres or Kafka before the outcome was known.',
  DBUS_STREAM_STOPPED: 'The stream of the source does not run.',
  DBUS_TABLE_NOT_FOUND: 'The source has no such table.',
  DBUS_TABLE_STOPPED: 'Too many rows of a table failed one after the other; the table stopped, the others go on.',
  DBUS_VALUE_MALFORMED: 'A value is not what its type promises.',
  DBUS_ROW_MISFIT: 'A row has another number of values than its table has columns.',
  DBUS_ROW_TOO_LARGE: 'A row is larger than a Kafka message may be.',
  DBUS_UNEXPECTED_NULL: 'A column that is never NULL by its definition holds NULL.',
  DBUS_HEARTBEAT_FAILED: 'The heartbeat row could not be written at the source.',
} as const;
