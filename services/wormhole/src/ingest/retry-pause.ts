/** Decides how long to wait before a failed step is tried again: twice as long each time, up to a bound, with some chance in it. */
export function retryPause(
  attempt: number,
  policy: { firstMs: number; maximumMs: number },
  random: () => number,
): number {
  const full = Math.min(policy.maximumMs, policy.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.75 + random() * 0.25));
}
