/** Forces a taken port and a full disk, and shows the sentences that name the port, the option and the real number. */
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeBytes, requireFreeSpace } from './free-space.ts';
import { acceptsConnection, freePort, requireFreePort } from './ports.ts';

test('a taken port is named, with what needs it and the option that changes it', async () => {
  const port = await freePort();
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
  expect(await acceptsConnection(port)).toBe(true);
  const use = { port, what: 'Kafka', option: '--port-kafka' };
  await expect(requireFreePort(use)).rejects.toMatchObject({
    code: 'LOCAL_PORT_TAKEN',
    message: expect.stringContaining(`Port ${port} on 127.0.0.1, meant for Kafka, is not free (EADDRINUSE).`),
    next: `Stop the process that listens on port ${port}, or choose another port with --port-kafka.`,
  });
  await new Promise((resolve) => holder.close(resolve));
  await requireFreePort(use);
  expect(await acceptsConnection(port)).toBe(false);
});

test('a disk with too little room is named with what is free and what is needed', async () => {
  const folder = join(tmpdir(), 'not', 'made', 'yet');
  const free = Math.floor((await freeBytes(folder)) / 1024 ** 2);
  await requireFreeSpace(folder, 1, '--data');
  const failure = await requireFreeSpace(folder, free + 1_000_000, '--data').catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'LOCAL_DISK_FULL',
    message: expect.stringMatching(new RegExp(`${folder} has \\d+ MB free; ${free + 1_000_000} MB are needed`)),
    next: expect.stringMatching(/^Free at least \d+ MB there, or choose another folder with --data\.$/),
  });
});
