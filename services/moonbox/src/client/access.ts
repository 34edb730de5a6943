/** Who may read what, and how Postgres clients get in. */
import { ROLES } from '@rtdp/identity/roles';
import { z } from 'zod';
import { time } from './parts.ts';

export const ownerRolesSchema = z.strictObject({ roles: z.array(z.enum(ROLES)) });
export const ownedViewsSchema = z.object({ views: z.number().describe('That run with these roles from now on') });
export const rightsSchema = z.object({
  version: z.string().describe('Another one whenever somebody may have got to read something else than before'),
});

const grantee = { subject: z.string().min(1).optional(), role: z.enum(ROLES).optional() };

export const grantRequestSchema = z
  .strictObject({
    ...grantee,
    database: z.string().min(1),
    table: z.string().min(1).optional().describe('Every table, also later ones, unless set'),
    columns: z.array(z.string().min(1)).min(1).optional().describe('All columns, also later ones, unless set'),
    privilege: z.literal('select').default('select'),
  })
  .refine(({ subject, role }) => (subject === undefined) !== (role === undefined), 'name either a subject or a role')
  .refine(({ table, columns }) => columns === undefined || table !== undefined, 'columns need a table');

export const grantSchema = z.object({
  subject: z.string().nullable(),
  role: z.enum(ROLES).nullable(),
  database: z.string(),
  table: z.string().nullable(),
  columns: z.array(z.string()).nullable(),
  privilege: z.literal('select'),
  grantedBy: z.string(),
  grantedAt: time,
});

export const passwordSchema = z.object({
  user: z.string().describe('To log in with, over the Postgres protocol'),
  password: z.string().describe('Shown this once'),
  createdAt: time,
});

export const passwordHolderSchema = z.object({
  user: z.string(),
  roles: z.array(z.enum(ROLES)).describe('Those that it logs in with: as they were when the password was made'),
  createdAt: time,
});

export const wireSchema = z.object({
  port: z.number().nullable().describe('Of Postgres clients, as seen from outside; null where none are taken'),
});

export type GrantRequest = z.output<typeof grantRequestSchema>;
export type GrantView = z.output<typeof grantSchema>;
export type WireView = z.output<typeof wireSchema>;
