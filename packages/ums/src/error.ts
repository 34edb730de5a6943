/** Decides what every error of the platform carries: a code, the facts, and one sentence that says what to do next. */

export interface RtdpErrorOptions {
  /** From the package's own list, for example `UMS_VALUE`. */
  readonly code: string;
  /** What happened, one sentence. */
  readonly message: string;
  /** What the reader should do now, one sentence. */
  readonly next: string;
  /** Whatever a person or a retry decision needs: paths, values, names, positions. Must survive JSON (a bigint is written as text). */
  readonly facts?: Record<string, unknown>;
  readonly cause?: unknown;
}

export class RtdpError extends Error {
  readonly code: string;
  readonly facts: Record<string, unknown>;
  readonly next: string;

  constructor(options: RtdpErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RtdpError';
    this.code = options.code;
    this.facts = options.facts ?? {};
    this.next = options.next;
  }

  /** The form that travels over HTTP and into logs: `{code, message, next, facts}`. */
  toJSON(): { code: string; message: string; next: string; facts: Record<string, unknown> } {
    return { code: this.code, message: this.message, next: this.next, facts: plainFacts(this.facts) };
  }
}

/** True for an `RtdpError`, and, when a code is given, only for one with that code. */
export function isRtdpError(error: unknown, code?: string): error is RtdpError {
  return error instanceof RtdpError && (code === undefined || error.code === code);
}

/** What happened and what to do, as running text: messages often come from servers and end without a full stop. */
export function sentences(message: string, next: string): string {
  if (message === '' || next === '') return message || next;
  return `${message}${/[.!?:]$/.test(message) ? '' : '.'} ${next}`;
}

function plainFacts(facts: Record<string, unknown>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts)) {
    plain[name] = typeof value === 'bigint' ? value.toString() : value;
  }
  return plain;
}
