/** Shows when a container is tried, and what is said when neither way works. */
import { kafkaProperties } from '@rtdp/local/kafka-properties';
import { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { kafkaEnvironment } from './docker-servers.ts';
import { localElseDocker } from './local-else-docker.ts';

const server = (address: string) => async () => ({ address, [Symbol.asyncDispose]: async () => undefined });
const failing = (code: string) => () =>
  Promise.reject(new RtdpError({ code, message: 'Not here.', next: 'Install it.' }));

test('a local server is taken where there is one', async () => {
  const docker = () => expect.unreachable('Docker was asked although the local server runs');
  expect((await localElseDocker('kafka', server('local'), docker)).address).toBe('local');
});

test('Docker is asked only where this machine cannot run the server', async () => {
  expect((await localElseDocker('kafka', failing('LOCAL_NO_JAVA'), server('container'))).address).toBe('container');
  await expect(localElseDocker('kafka', failing('LOCAL_SERVER_FAILED'), server('container'))).rejects.toMatchObject({
    code: 'LOCAL_SERVER_FAILED',
  });
});

test('when neither works, both reasons and all ways out are named', async () => {
  const docker = () => Promise.reject(new Error('no container runtime'));
  await expect(localElseDocker('postgres', failing('LOCAL_PLATFORM_UNSUPPORTED'), docker)).rejects.toMatchObject({
    code: 'RTDP_TEST_NO_SERVER',
    message: expect.stringContaining('As a process: Not here. By Docker: no container runtime.'),
    next: 'Install it. Or start Docker, or name a server of your own in RTDP_TEST_POSTGRES.',
  });
});

test('the settings of the local broker become the variables of the image', () => {
  const properties = kafkaProperties({ host: '127.0.0.1', port: 1, controllerPort: 2, dataFolder: '/data' });
  expect(kafkaEnvironment(properties)).toMatchObject({
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LOG_DIRS: '/data',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:2',
  });
});
