/** Decides how something that changes is shown: redrawn in place on a terminal, a line now and then elsewhere. */

export interface Screen {
  /** A line that stays. */
  say(line: string): void;
  /** Replaces what the last call drew; elsewhere than on a terminal it is written at most every `quietMilliseconds`. */
  draw(text: string): void;
}

const CLEAR_TO_END = '\u001b[J';

export function createScreen(
  output: { write(text: string): unknown; isTTY?: boolean; columns?: number },
  now: () => number,
  quietMilliseconds = 30_000,
): Screen {
  let drawnLines = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const erase = (): string => (drawnLines === 0 ? '' : `\u001b[${drawnLines}A\r${CLEAR_TO_END}`);
  return {
    say(line) {
      output.write(`${output.isTTY === true ? erase() : ''}${line}\n`);
      drawnLines = 0;
    },
    draw(text) {
      if (output.isTTY !== true) {
        if (now() - drawnAt < quietMilliseconds) return;
        drawnAt = now();
        output.write(`${text}\n`);
        return;
      }
      const columns = output.columns ?? 100;
      const lines = text.split('\n').map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
      output.write(`${erase()}${lines.join('\n')}\n`);
      drawnLines = lines.length;
    },
  };
}
