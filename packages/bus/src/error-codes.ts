/** Decides which errors the bus may raise, and what each one means. */
export const BUS_ERROR_CODES = {
  BUS_OPTION_INVALID: 'An option for reaching Kafka has a form it cannot have.',
  BUS_UNREACHABLE: 'No broker answered within the time given.',
  BUS_FENCED: 'Another process has taken over this transactional id; what was open here is not committed.',
  BUS_TRANSACTION_TIMED_OUT: 'The transaction was open longer than its time-out; the broker has aborted it.',
  BUS_COMMIT_UNKNOWN: 'The answer to a commit was lost; the transaction may or may not be committed.',
  BUS_TRANSACTION_STATE: 'The call does not fit the state of the producer or of its transaction.',
  BUS_MESSAGE_TOO_LARGE: 'A message is larger than the topic or the broker allows.',
  BUS_OFFSET_OUT_OF_RANGE:
    'The position asked for is not in the partition: retention has deleted it, or it was never written.',
  BUS_TOPIC_MISSING: 'The topic or the partition does not exist.',
  BUS_TOPIC_DIFFERENT: 'The topic exists with another number of partitions.',
  BUS_TOPIC_INVALID: 'Kafka refuses the name or the settings of the topic.',
  BUS_AUTHENTICATION: 'The broker refused the credentials, or the TLS handshake failed.',
  BUS_AUTHORIZATION: 'The credentials are good, but the broker does not allow this.',
  BUS_REQUEST_TIMED_OUT: 'A broker did not answer a request in time.',
  BUS_CORRUPT_DATA: 'Bytes received from a broker do not follow the protocol or fail their checksum.',
  BUS_CLOSED: 'This client has been closed.',
  BUS_KAFKA: 'Kafka answered with an error that has no code of its own here.',
  BUS_SCHEMA_INCOMPATIBLE: 'The registry refuses the schema because it is not backward compatible with the subject.',
  BUS_SCHEMA_INVALID: 'The registry or the mapping refuses the schema itself.',
  BUS_SCHEMA_MISSING: 'The registry does not know the schema that a value was written with.',
  BUS_VALUE_INVALID: 'A value does not follow the schema it was written with.',
  BUS_REGISTRY_UNREACHABLE: 'The schema registry did not answer in time.',
  BUS_REGISTRY_REFUSED: 'The schema registry answered with an error.',
} as const;

export type BusErrorCode = keyof typeof BUS_ERROR_CODES;
