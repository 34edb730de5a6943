/** Decides what a role may do: each role may do all that the ones below it may. */
import { RtdpError } from '@rtdp/ums/error';

/** From the most to the least powerful. */
export const ROLES = ['admin', 'editor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export interface Identity {
  subject: string;
  organisationId: string;
  roles: Role[];
  /** By which people know it, such as an e-mail address; absent where the subject itself is that. */
  name?: string;
  /** Of a user's sign-ins: who knows the user's own of now takes no token of an earlier one. Absent where nobody signed in. */
  generation?: number;
}

/** The organisation that a platform has from its first start. */
export const FIRST_ORGANISATION_ID = '00000000-0000-4000-8000-000000000001';

export function isRole(value: unknown): value is Role {
  return ROLES.includes(value as Role);
}

export function hasRole(identity: { roles: readonly string[] }, needed: Role): boolean {
  const rank = ROLES.indexOf(needed);
  return identity.roles.some((role) => isRole(role) && ROLES.indexOf(role) <= rank);
}

/** @throws RtdpError IDENTITY_FORBIDDEN unless one of the identity's roles is `needed` or above it. */
export function requireRole(identity: { roles: readonly string[] }, needed: Role): void {
  if (hasRole(identity, needed)) return;
  throw new RtdpError({
    code: 'IDENTITY_FORBIDDEN',
    message: `this needs the role ${needed}`,
    next: `Ask an administrator for the role ${needed}, or use another token.`,
    facts: { needed, roles: [...identity.roles] },
  });
}
