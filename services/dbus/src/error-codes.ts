/** The error codes of DBus, each with the sentence that explains it; the log reader and the pipeline keep theirs in `pipeline/error-codes.ts`. */
export const DBUS_ERROR_CODES = {
  DBUS_SOURCE_INVALID: 'The definition of a source has a field that is missing or that it cannot take.',
  DBUS_SOURCE_KIND_INVALID: 'There is no source of this kind.',
  DBUS_SOURCE_NOT_FOUND: 'No source has this name.',
  DBUS_SOURCE_EXISTS: 'A source of this name is registered already.',
  DBUS_SOURCE_CHANGE_NOT_ALLOWED: 'A part of the definition that cannot change while the source lives was changed.',
  DBUS_SOURCE_UNREACHABLE: 'The server of the source does not answer.',
  DBUS_SOURCE_REFUSED: 'The server of the source refuses the login.',
  DBUS_SOURCE_NOT_READY: 'A prerequisite of the source is missing; the statements that mend it are in the facts.',
  DBUS_SOURCE_STATE: 'The source is in a state in which this command is not allowed.',
  DBUS_SOURCE_NOT_RUNNING: 'The source must be running for this.',
  DBUS_SOURCE_NOT_CLEANED: 'The source was removed but something of it is left on its server.',
  DBUS_SLOT_LOST:
    'The replication slot is gone or has lost log it still needed; what was written since is not in the stream.',
  DBUS_SLOT_NOT_DROPPED: 'The replication slot could not be dropped; the server keeps its log until it is.',
  DBUS_PULL_NOT_FOUND: 'No pull has this id.',
  DBUS_PULL_STATE: 'The pull is in a state in which this command is not allowed.',
  DBUS_PULL_FAILED: 'A pull gave up; the facts say why.',
  DBUS_PULL_NOT_VISIBLE:
    'A transaction that is in the log does not become visible to snapshots, so no chunk can be read.',
  DBUS_ORGANISATION_FORBIDDEN: 'Only those who run the platform may ask in the name of another organisation.',
  DBUS_TOPIC_FORBIDDEN: 'The topic belongs to another organisation, or to the platform.',
  DBUS_TOPIC_UNOWNED: 'The topic was in Kafka before anybody registered a source for it, and belongs to nobody.',
  DBUS_TOPIC_NOT_FOUND: 'Kafka has no such topic.',
  DBUS_TOPIC_LOOKS_UNAVAILABLE: 'As many look into topics at the moment as may at once.',
  DBUS_TOPIC_QUESTION_INVALID: 'The question for messages of a topic lacks something, or has something it cannot have.',
  DBUS_MESSAGE_NOT_FOUND: 'There is no committed message at this place of the topic.',
  DBUS_MESSAGE_NOT_DECODED: 'A message looks like something that it cannot be read as; its bytes are shown.',
  DBUS_TABLE_NOT_CAPTURED: 'The table is not captured by this source.',
} as const;

export type DbusErrorCode = keyof typeof DBUS_ERROR_CODES;
