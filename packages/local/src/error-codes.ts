/** Lists every failure that starting servers locally can end with, one sentence per code. */
export const LOCAL_ERROR_CODES = {
  LOCAL_PORT_TAKEN: 'A port that a server needs is already in use by another process.',
  LOCAL_NO_JAVA: 'No Java runtime of version 21 or newer was found, and none could be installed.',
  LOCAL_DISK_FULL: 'The disk of the data folder has less free space than the servers need.',
  LOCAL_REGISTRY_UNREACHABLE: 'An artifact could not be downloaded from the package registry.',
  LOCAL_ARTIFACT_ALTERED: 'A downloaded artifact does not have the checksum that the lock file names.',
  LOCAL_SERVER_FAILED: 'A server ended, or did not become ready in time, while it was being started.',
  LOCAL_PLATFORM_UNSUPPORTED:
    'A server has no programs for this operating system and processor, or they are not installed.',
  LOCAL_USER_MISSING: 'The operating system user that a database must run as is missing and could not be created.',
  LOCAL_FOLDER_UNREACHABLE: 'The data folder cannot be reached by the operating system user that Postgres runs as.',
} as const;

export type LocalErrorCode = keyof typeof LOCAL_ERROR_CODES;
