/** The error codes that Wormhole can raise, each with the sentence that explains it. */
export const WORMHOLE_ERROR_CODES = {
  WORMHOLE_FLOW_INVALID: 'A flow definition does not have the shape that a flow has.',
  WORMHOLE_FLOW_NOT_FOUND: 'No flow has this name in this organisation.',
  WORMHOLE_FLOW_EXISTS: 'Another flow has this name already.',
  WORMHOLE_FLOW_STATE: 'The flow is in a state from which this step is not possible.',
  WORMHOLE_FLOW_NOT_ALLOWED: 'The plan of the flow was checked and something in it cannot work.',
  WORMHOLE_SINK_OWNED: 'Another flow already writes this sink table.',
  WORMHOLE_SINK_UNREACHABLE: 'The sink of a flow does not answer.',
  WORMHOLE_SCHEMA_INCOMPATIBLE: 'A table of the source changed in a way that the flow cannot follow by itself.',
  WORMHOLE_TABLE_NOT_FOUND: 'The flow has no such table.',
  WORMHOLE_SEVERAL_SOURCES: 'Several source tables meet in one sink table whose key does not hold the source.',
  WORMHOLE_POSITION_LOST: 'Retention deleted messages that a flow still needs.',
  WORMHOLE_DEAD_LETTER_NOT_FOUND: 'No dead letter has this number.',
  WORMHOLE_DEAD_LETTER_STATE: 'The dead letter is in a state from which this step is not possible.',
  WORMHOLE_DEAD_LETTER_LIMIT: 'More rows in a row failed than the flow allows.',
  WORMHOLE_DEAD_LETTER_INVALID: 'An edited row does not have the columns or values of its table.',
  WORMHOLE_TOPIC_FORBIDDEN: 'The topic of a flow does not belong to its organisation.',
  WORMHOLE_VERIFICATION_STATE: 'The verification of a flow is in a state from which this step is not possible.',
  WORMHOLE_VERIFICATION_LOST: 'The process that made a verification ended before it was done.',
  WORMHOLE_NOT_SETTLED:
    'A sink table did not pass a position of its source within the time given, so nothing can be said about it.',
  WORMHOLE_SOURCE_UNKNOWN: 'DBus has no source of this name.',
  WORMHOLE_PULL_REFUSED: 'DBus could not be asked to pull the tables of a flow.',
} as const;

export type WormholeErrorCode = keyof typeof WORMHOLE_ERROR_CODES;
