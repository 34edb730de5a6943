/** Decides the list of error codes of this package; a test proves that code and list are equal. */

export const UMS_ERROR_CODES = {
  UMS_NOT_JSON: 'The bytes are not one JSON object in UTF-8.',
  UMS_SHAPE: 'A member of the envelope is missing or has the wrong form.',
  UMS_VERSION: 'The protocol version is none of 1.2, 1.3 and 1.4.',
  UMS_FIELDS:
    'The list of fields is not usable: a name twice, an unknown type, a system field missing or of the wrong type.',
  UMS_ROW: 'A row does not fit the fields: wrong length, or its lists of untold columns are wrong.',
  UMS_VALUE: 'A value does not have the JSON form of its UMS type.',
  UMS_NULL_WORD: 'The text _NULL_ cannot be written to this column, because it would be read as null.',
  UMS_NAMESPACE: 'A namespace or pattern is not seven well-formed parts.',
  UMS_KAFKA_KEY: 'A Kafka key does not have the ten parts of a UMS key.',
  UMS_KIND: 'A message of this kind has no rows for a batch.',
  UMS_PLAN: 'The plan of a batch reader does not fit the fields.',
  UMS_BATCH_MIXED: 'A message of another namespace was added to a batch.',
  UMS_ID: 'A ums_id_ is not a positive 64-bit integer, or the counter has no room left.',
  UMS_DIFF: 'A schema difference does not belong to these fields.',
} as const;

export type UmsErrorCode = keyof typeof UMS_ERROR_CODES;
