/** Proves that a mistyped name in an address is told as something that is not there, and nothing else is. */
import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import { isMissing } from './is-missing.ts';

test('what was removed and what is no name are missing; a wrong question, a closed door and a server that is away are not', () => {
  const failed = (status: number, code: string, facts: Record<string, unknown> = {}) =>
    new ApiError(status, { code, message: '', next: '', facts });
  const invalid = (field: string) =>
    failed(400, 'SERVICE_REQUEST_INVALID', { problems: [{ field, problem: 'Invalid UUID' }] });
  expect([failed(404, 'DAVINCI_NOT_FOUND'), invalid('params.id')].map(isMissing)).toEqual([true, true]);
  const others = [
    invalid('body.limit'),
    failed(400, 'SERVICE_REQUEST_INVALID'),
    failed(403, 'SERVICE_FORBIDDEN'),
    failed(0, 'WEB_UNREACHABLE'),
    new Error(),
    null,
  ];
  expect(others.map(isMissing)).toEqual(others.map(() => false));
});
