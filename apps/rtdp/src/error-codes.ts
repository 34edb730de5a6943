/** The error codes of the command line, each with the sentence that explains it. */
export const RTDP_ERROR_CODES = {
  RTDP_PIPELINE_INVALID: 'A pipeline file cannot be read, or has a part it cannot have.',
  RTDP_VARIABLE_MISSING: 'A pipeline file names a variable that is not set.',
  RTDP_REFERENCE_UNKNOWN: 'A view, widget or dashboard of a pipeline file names something that does not exist.',
  RTDP_NAME_AMBIGUOUS: 'A pipeline file names something by a name that several have.',
  RTDP_USAGE: 'A command was called with arguments it cannot take.',
  RTDP_VERIFICATION_ENDED: 'A verification ended before it was done.',
  RTDP_NOT_ARRIVED: 'A change did not arrive in the sink within the time given.',
} as const;

export type RtdpErrorCode = keyof typeof RTDP_ERROR_CODES;
