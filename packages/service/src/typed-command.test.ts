import { afterEach, expect, test, vi } from 'vitest';
import { typedCommand, typedCommandForStrangers } from './typed-command.ts';

afterEach(() => vi.unstubAllEnvs());

test('a command is named as it is called here, and strangers are told that a data folder belongs to it, but not which', () => {
  expect(typedCommand('source list')).toBe('npm run -s rtdp -- source list');
  expect(typedCommandForStrangers('password')).toBe('npm run -s rtdp -- password');
  vi.stubEnv('RTDP_COMMAND', 'npm run -s rtdp -- --data /srv/second');
  expect(typedCommand('password')).toBe('npm run -s rtdp -- --data /srv/second password');
  expect(typedCommandForStrangers('password')).toBe('npm run -s rtdp -- --data DATA password');
  vi.stubEnv('RTDP_COMMAND', "npm run -s rtdp -- --data '/srv/my data'");
  expect(typedCommandForStrangers('password')).toBe('npm run -s rtdp -- --data DATA password');
});
