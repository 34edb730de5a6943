/** Waits for what comes in a moment, without a fixed pause. */

/** Asks until the answer is wanted, and gives the last answer also when it never was. */
export async function eventually<Answer>(
  ask: () => Promise<Answer> | Answer,
  wanted: (answer: Answer) => boolean,
  milliseconds = 30_000,
): Promise<Answer> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
