/** What everything that is kept has: an id, a name, a description, a version and times; and what is told where something is wrong with it. */
import { z } from 'zod';

export const time = z.string().describe('ISO 8601, UTC');
export const id = z.uuid();
export const name = z.string().trim().min(1).max(200);
export const description = z.string().max(4_000).default('');
export const version = z.number().int().min(1).describe('Grows with every change; a PUT sends the one it saw');

export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  facts: z.record(z.string(), z.unknown()),
});
