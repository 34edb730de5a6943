import { expect, test } from 'vitest';
import { parseStatement } from './parse.ts';

test.each([
  ['selct 1', 'Did you mean select?'],
  ['-- what\n /* it */ WIHT a as (select 1) select * from a', 'Did you mean with?'],
  ['select 1 form', undefined],
  ['select from where', 'Correct the statement at this place.'],
  ['nonsense 1', 'Correct the statement at this place.'],
])('%j says what its first word was meant to be', (text, next) => {
  const parse = () => parseStatement(text);
  if (next === undefined) expect(parse).not.toThrow();
  else expect(parse).toThrow(expect.objectContaining({ code: 'SQL_SYNTAX', next }));
});
