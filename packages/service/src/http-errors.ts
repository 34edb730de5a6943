/** Decides which HTTP status an error becomes, and what a caller is told of it. The only place that knows statuses. */
import { RtdpError } from '@rtdp/ums/error';

export interface ErrorBody {
  code: string;
  message: string;
  next: string;
  facts: Record<string, unknown>;
}

/** Suffixes and whole codes → status; the first that matches wins, anything else of ours is the caller's mistake (400). */
const STATUS_BY_CODE: readonly (readonly [RegExp, number])[] = [
  [/^SERVICE_UNAUTHENTICATED$|^IDENTITY_TOKEN_|_LOGIN_FAILED$/, 401],
  [/_RATE_LIMIT$/, 429],
  [/_FORBIDDEN$/, 403],
  [/_NOT_FOUND$|_UNKNOWN$/, 404],
  [/_CONFLICT$|_EXISTS$|_NOT_ALLOWED$|_NOT_RUNNING$|_NOT_CLEANED$|_STATE$|_OWNED$/, 409],
  [/_UNREACHABLE$|_UNAVAILABLE$|_TIMEOUT$/, 503],
  [/^SERVICE_INTERNAL$/, 500],
];

export function httpStatusOf(code: string): number {
  return STATUS_BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
}

/** Seconds after which another try makes sense, where the error tells them. */
export function retryAfter({ facts: { seconds } }: ErrorBody, status: number): number | undefined {
  return status === 429 && typeof seconds === 'number' ? seconds : undefined;
}

interface FastifyValidationError {
  validation: { instancePath?: string; message?: string }[];
  validationContext?: string;
}

function isValidationError(error: unknown): error is FastifyValidationError {
  return typeof error === 'object' && error !== null && Array.isArray((error as FastifyValidationError).validation);
}

/** Any thrown value → status and body; what we did not expect tells the caller nothing of its inside. */
export function toHttpError(error: unknown): { status: number; body: ErrorBody; unexpected: boolean } {
  if (error instanceof RtdpError) {
    const body = { code: error.code, message: error.message, next: error.next, facts: error.facts };
    return { status: httpStatusOf(error.code), body, unexpected: error.code === 'SERVICE_INTERNAL' };
  }
  if (isValidationError(error)) {
    const where = error.validationContext ?? 'request';
    const problems = error.validation.map((problem) => ({
      // The path of the whole is a slash alone.
      field: `${where}${(problem.instancePath ?? '').replace(/\/$/, '').replaceAll('/', '.')}`,
      problem: problem.message ?? 'is not valid',
    }));
    return {
      status: 400,
      unexpected: false,
      body: {
        code: 'SERVICE_REQUEST_INVALID',
        message: problems.map(({ field, problem }) => `${field}: ${problem}`).join('; '),
        next: 'Correct the named fields; /docs shows what the route takes.',
        facts: { problems },
      },
    };
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      unexpected: false,
      body: {
        code: status === 404 ? 'SERVICE_NOT_FOUND' : 'SERVICE_REQUEST_INVALID',
        message: error instanceof Error ? error.message : 'the request cannot be read',
        next: 'See /docs for the routes and what they take.',
        facts: {},
      },
    };
  }
  return {
    status: 500,
    unexpected: true,
    body: {
      code: 'SERVICE_INTERNAL',
      message: 'the service failed in a way it did not expect',
      next: 'Look into the log of the service at this time; the error is there in full.',
      facts: {},
    },
  };
}
