/** Decides what kind of failure keeps a widget from its data, so that it can be told in the reader's language with the step that mends it; pure. */
import { ApiError } from '../api/client.ts';

/** Their words are `failure.<kind>` of the widgets. */
export type FailureKind =
  /** The platform itself does not answer. */
  | 'unreachable'
  /** The reader may not see it. */
  | 'forbidden'
  /** The source does not let the platform in. */
  | 'refused'
  /** It took longer than it may. */
  | 'slow'
  /** It needs more rows or memory than it may have. */
  | 'large'
  /** Too much is asked at once. */
  | 'busy'
  /** What it is read from does not answer. */
  | 'away'
  /** What it shows is not there any more. */
  | 'gone'
  /** The question does not fit what is there. */
  | 'wrong'
  | 'unexpected';

/** The first that matches wins; what names no kind goes by its status. */
const KINDS: readonly (readonly [RegExp, FailureKind])[] = [
  [/^WEB_UNREACHABLE$|^WEB_HTTP_5/, 'unreachable'],
  [/^STORE_REFUSED$|^MOONBOX_MOUNT_REFUSED$/, 'refused'],
  // An operator or function that is never sent to a source, whoever asks.
  [/^SQL_/, 'wrong'],
  [/_FORBIDDEN$/, 'forbidden'],
  [/_TIMEOUT$|_TIME_LIMIT$/, 'slow'],
  [/_ROW_LIMIT$|_MEMORY_LIMIT$|_OUT_OF_SPACE$/, 'large'],
  [/_QUEUE_UNAVAILABLE$|_RATE_LIMIT$/, 'busy'],
  [/_UNREACHABLE$|_UNAVAILABLE$|^MOONBOX_MOUNT_UNKNOWN$/, 'away'],
  [/^DAVINCI_NOT_FOUND$|^SERVICE_NOT_FOUND$/, 'gone'],
  [/^STORE_QUERY_FAILED$|^DAVINCI_QUERY_FAILED$|_BROKEN$/, 'wrong'],
  [/^SERVICE_INTERNAL$|^STORE_FAILED$/, 'unexpected'],
];

export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof ApiError)) return 'unexpected';
  const { code, status } = error;
  const known = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  if (known !== undefined) return known;
  if (status >= 500) return 'away';
  return status >= 400 ? 'wrong' : 'unexpected';
}

/** Of these the sentence of the service says more than their kind: it names what is wrong. */
export function saysMore(kind: FailureKind, error: unknown): boolean {
  // It says only that it was not expected.
  if (error instanceof ApiError && error.code === 'SERVICE_INTERNAL') return false;
  return kind === 'wrong' || kind === 'large' || kind === 'unexpected';
}
