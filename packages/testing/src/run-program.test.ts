/** What is told of a program that ended, well or not, and of one that is not there. */
import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';

test('gives what a program printed and how it ended, and fails where there is none', async () => {
  const script = "process.stdout.write('häß' + process.env.WORD); process.stderr.write('no'); process.exitCode = 3";
  const environment = { ...process.env, WORD: 'lich' };
  expect(await runProgram(process.execPath, ['-e', script], { environment })).toEqual({
    code: 3,
    output: 'häßlich',
    errors: 'no',
  });
  await expect(runProgram('/no/such/program', [])).rejects.toMatchObject({ code: 'ENOENT' });
});
