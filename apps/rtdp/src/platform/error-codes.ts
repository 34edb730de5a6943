/** Lists every failure that starting the platform can end with, beside those of the servers themselves (`LOCAL_…`). */
import { RtdpError } from '@rtdp/ums/error';

export const PLATFORM_ERROR_CODES = {
  RTDP_ALREADY_RUNNING: 'The platform runs already on this data folder.',
  RTDP_DATA_NEWER: 'The data folder was written by a newer version of the platform.',
  RTDP_DATA_FOREIGN: 'The data folder holds something that is not ours.',
  RTDP_DATA_UNWRITABLE: 'The data folder cannot be written.',
  RTDP_NOT_RUNNING: 'The platform does not run on this data folder.',
  RTDP_STILL_STARTING: 'The platform is still starting.',
  RTDP_PART_NOT_HEALTHY: 'A part of the platform did not become healthy in time.',
  RTDP_WEB_NOT_BUILT: 'The web application could not be built.',
} as const;

export type PlatformErrorCode = keyof typeof PLATFORM_ERROR_CODES;

/** Builds the error of `code`; `detail` says what happened here, `next` what to do now. */
export function platformError(
  code: PlatformErrorCode,
  what: { detail: string; next: string; facts?: Record<string, unknown>; cause?: unknown },
): RtdpError {
  const { detail, ...rest } = what;
  return new RtdpError({ code, message: `${PLATFORM_ERROR_CODES[code]} ${detail}`, ...rest });
}
