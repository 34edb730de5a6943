/** The typed variables of a view, and the values they take, dates relative to now among them. */
import { z } from 'zod';

export const VARIABLE_TYPES = ['text', 'number', 'date', 'datetime', 'boolean', 'list'] as const;
export const GRAINS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

export const relativeDateSchema = z.strictObject({
  unit: z.enum(GRAINS),
  amount: z
    .number()
    .int()
    .min(-10_000)
    .max(10_000)
    .describe(
      '0: this unit (today). 7 days: the last seven, today included. -1 month: the whole month before this one',
    ),
  edge: z.enum(['start', 'end']).optional().describe('Which end of the span a variable takes; default start'),
});
export const scalar = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
export const variableValueSchema = z.union([
  scalar,
  z.array(z.union([z.string().max(10_000), z.number()])).max(5_000),
  relativeDateSchema,
]);
const identifier = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'letters, digits and _, not starting with a digit');

export const variableSchema = z.strictObject({
  name: identifier,
  label: z.string().max(200).default(''),
  type: z.enum(VARIABLE_TYPES),
  default: variableValueSchema.default(null),
  scope: z
    .enum(['query', 'authorization'])
    .default('query')
    .describe(
      'authorization: only its default and what the platform knows of the viewer count, never what a request says',
    ),
});

export type Variable = z.output<typeof variableSchema>;
export type VariableValue = z.output<typeof variableValueSchema>;
export type RelativeDate = z.output<typeof relativeDateSchema>;
export type Grain = (typeof GRAINS)[number];
