import { expect, test } from 'vitest';
import { commandLineOn } from './command-line-of.ts';
import { defaultDataFolder } from './data-folder.ts';

test('the data folder is named where it is not the usual one, so that a shell reads it as one word', () => {
  expect(commandLineOn(defaultDataFolder({}))).toBe('npm run -s rtdp --');
  expect(commandLineOn('/srv/second')).toBe('npm run -s rtdp -- --data /srv/second');
  expect(commandLineOn("/srv/my mother's")).toBe("npm run -s rtdp -- --data '/srv/my mother'\\''s'");
});
