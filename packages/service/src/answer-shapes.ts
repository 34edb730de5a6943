/** The shapes that answers of every service share, whatever they are about. */
import { z } from 'zod';

/** What was asked for is done, and there is nothing more to tell. */
export const doneSchema = z.object({ done: z.literal(true) });

/** A list of things, with how many there are in all. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: z.number() });
}
