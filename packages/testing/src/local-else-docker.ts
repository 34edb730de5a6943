/** Decides between a local process and a container: Docker only where this machine cannot run the server itself. */
import { RtdpError } from '@rtdp/ums/error';
import { type DockerServer, dockerKafka, dockerMariaDb, dockerPostgres } from './docker-servers.ts';
import { TESTING_ERROR_CODES } from './error-codes.ts';

/** What says "not on this machine", as opposed to a server that should run here and does not. */
const IMPOSSIBLE_HERE = [
  'LOCAL_NO_JAVA',
  'LOCAL_PLATFORM_UNSUPPORTED',
  'LOCAL_REGISTRY_UNREACHABLE',
  'LOCAL_USER_MISSING',
];

const IN_DOCKER = { postgres: dockerPostgres, mariadb: dockerMariaDb, kafka: dockerKafka };

/** Runs `local`; when that is impossible here, starts the same server by Docker; throws `RTDP_TEST_NO_SERVER` with both reasons. */
export async function localElseDocker(
  server: keyof typeof IN_DOCKER,
  local: () => Promise<DockerServer>,
  docker: () => Promise<DockerServer> = IN_DOCKER[server],
): Promise<DockerServer> {
  try {
    return await local();
  } catch (error) {
    if (!(error instanceof RtdpError) || !IMPOSSIBLE_HERE.includes(error.code)) throw error;
    try {
      return await docker();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RtdpError({
        code: 'RTDP_TEST_NO_SERVER',
        message: `${TESTING_ERROR_CODES.RTDP_TEST_NO_SERVER} As a process: ${error.message} By Docker: ${why}.`,
        next: `${error.next} Or start Docker, or name a server of your own in RTDP_TEST_${server.toUpperCase()}.`,
        facts: { server },
        cause,
      });
    }
  }
}
