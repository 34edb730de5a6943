/** Decides what a count given on the command line may be: a whole number from 1 to what the service takes. */
import { InvalidArgumentError } from 'commander';

export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`it is a whole number from 1 to ${most}`);
  };
}
