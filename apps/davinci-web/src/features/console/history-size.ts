/** Decides how tall the picture of past figures is, before anything of it is known but how many there are. Pure. */
import { SPACE } from '../../shell/tokens.ts';

/** Pixels of one strip with its title. */
export const STRIP_HEIGHT = SPACE[6] * 2 + SPACE[4];
const AXIS_HEIGHT = SPACE[4];

export function historyHeight(lines: number): number {
  return lines * STRIP_HEIGHT + AXIS_HEIGHT;
}
