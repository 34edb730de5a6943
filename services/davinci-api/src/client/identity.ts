/** Users, their roles, and how they sign in. */
import { ROLES } from '@rtdp/identity/roles';
import { z } from 'zod';
import { id, name, time } from './document.ts';

export const LANGUAGES = ['system', 'en', 'zh'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
const password = z.string().min(10).max(200);

export const loginSchema = z.strictObject({ email: z.string().max(320), password: z.string().max(200) });
export const linkLoginSchema = z.strictObject({ code: z.string().min(1).max(200) });
export const linkRequestSchema = z.strictObject({
  email: z.string().max(320).optional().describe('Left out: the first administrator'),
  forgetPassword: z
    .boolean()
    .default(false)
    .describe(
      'Also ends the password, every sign-in, earlier links and the login over the Postgres protocol, so that whoever uses the link may set a new one; not for oneself',
    ),
});
export const loginLinkSchema = z.object({ code: z.string().describe('Good once, until it expires'), expiresAt: time });

export const meSchema = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  organisation: z.object({ id, name: z.string() }),
  language: z.enum(LANGUAGES),
  theme: z.enum(THEMES),
  passwordSet: z.boolean().describe('False while the user has only signed in by link'),
});
export const sessionSchema = z.object({ accessToken: z.string(), expiresAt: time, user: meSchema });
export const mePatchSchema = z.strictObject({
  name: name.optional(),
  language: z.enum(LANGUAGES).optional(),
  theme: z.enum(THEMES).optional(),
});
export const passwordChangeSchema = z.strictObject({
  current: z.string().max(200).optional().describe('Needed where a password is set'),
  password,
});

export const userSchema = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  disabled: z.boolean(),
  createdAt: time,
  lastSeenAt: time.nullable(),
});
export const userInputSchema = z.strictObject({
  email: z.email().max(320),
  name,
  role: z.enum(ROLES),
  password: password.optional().describe('Left out: the user signs in by a link first'),
});
export const userPatchSchema = z.strictObject({
  name: name.optional(),
  role: z.enum(ROLES).optional(),
  disabled: z.boolean().optional(),
});

export const organisationSchema = z.object({ id, name: z.string(), users: z.int(), createdAt: time });
export const organisationInputSchema = z.strictObject({
  name,
  admin: z
    .strictObject({ email: z.email().max(320), name })
    .describe('Its first administrator, who comes in by the link'),
});
export const newOrganisationSchema = z.object({
  organisation: organisationSchema,
  admin: userSchema,
  link: loginLinkSchema,
});

export type Organisation = z.output<typeof organisationSchema>;
export type RoleName = (typeof ROLES)[number];
export type Me = z.output<typeof meSchema>;
export type Session = z.output<typeof sessionSchema>;
export type User = z.output<typeof userSchema>;
