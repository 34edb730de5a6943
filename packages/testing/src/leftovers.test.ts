/** Shows that runs which sweep at the same time do not get into each other's way. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { removeServerFolder, serverFolder } from './leftovers.ts';

test('a folder that another run has removed meanwhile is none to fail on', async () => {
  const folder = await serverFolder('swept');
  await rm(folder, { recursive: true });
  removeServerFolder(folder);
  expect(existsSync(folder)).toBe(false);
});
