/** Decides how fast a number that only grows has grown lately, from what a page has seen of it. */

interface Sample {
  at: number;
  value: number;
}

/** Rates are over about this time, milliseconds. */
const WINDOW_MS = 10_000;
/** Two values closer than this, in milliseconds, say nothing: two pages that ask one after the other see the same one twice. */
const LEAST_MS = 1_000;
/** What is kept for the little curve, milliseconds. */
const KEPT_MS = 120_000;

export class RateMeter {
  readonly #samples: Sample[] = [];

  /** A value below the last one is a counter that began anew: what was seen before counts no more. */
  add(value: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && value < last.value) this.#samples.length = 0;
    if (last !== undefined && at <= last.at) return;
    this.#samples.push({ at, value });
    while (this.#samples[0] !== undefined && this.#samples[0].at < at - KEPT_MS) this.#samples.shift();
  }

  /** Per second; null before two values were seen, some time apart. */
  rate(): number | null {
    const last = this.#samples.at(-1);
    const first = this.#samples.find((sample) => last !== undefined && sample.at >= last.at - WINDOW_MS);
    return last === undefined || first === undefined || last.at - first.at < LEAST_MS ? null : perSecond(first, last);
  }

  /** Rates between the values seen, oldest first; none before as long was seen as a rate is over. */
  curve(): number[] {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < WINDOW_MS) return [];
    return this.#samples.slice(1).map((sample, at) => perSecond(this.#samples[at]!, sample));
  }
}

function perSecond(from: Sample, to: Sample): number {
  return ((to.value - from.value) * 1_000) / (to.at - from.at);
}

/** A figure of the past older than this says nothing of now, milliseconds. */
const RECENT_MS = 60_000;

/** The newest rate that the service itself has kept: what is told before two values were seen here. */
export function keptRate(
  figures: readonly { at: string; values: Record<string, number | null> }[],
  now: number,
): number | null {
  const recent = figures.findLast(({ at, values }) => Date.parse(at) > now - RECENT_MS && values.rowsPerSecond != null);
  return recent?.values.rowsPerSecond ?? null;
}

const meters = new Map<string, RateMeter>();

/** The meter of a thing, kept while the application is open, so that going from page to page loses nothing. */
export function meterOf(key: string): RateMeter {
  let meter = meters.get(key);
  if (meter === undefined) {
    meter = new RateMeter();
    meters.set(key, meter);
  }
  return meter;
}
