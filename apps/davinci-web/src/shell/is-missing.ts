/** Decides whether what an address names is not there: it was removed, or it never could be the name of anything; pure. */
import { ApiError } from '../api/client.ts';

export function isMissing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { problems } = error.facts;
  const isNoName = Array.isArray(problems) && problems.some((each) => each?.field === 'params.id');
  return error.status === 404 || (error.code === 'SERVICE_REQUEST_INVALID' && isNoName);
}
