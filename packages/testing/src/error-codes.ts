/** Lists every failure that asking for a test server can end with, one sentence per code. */
export const TESTING_ERROR_CODES = {
  RTDP_TEST_WRONG_SUFFIX: 'A test asks for a server that the suffix of its file does not allow.',
  RTDP_TEST_NO_SERVER: 'A server for tests could be started neither as a local process nor by Docker.',
} as const;
