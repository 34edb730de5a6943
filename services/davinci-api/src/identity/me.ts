/** Decides what of a stored user is shown, to the user and to administrators: never the hash. */
import type { Me, User } from '../client/identity.ts';
import type { StoredUser } from './user-store.ts';

export function toMe(user: StoredUser): Me {
  const { id, email, name, role, language, theme } = user;
  return {
    id,
    email,
    name,
    role,
    organisation: { id: user.organisationId, name: user.organisationName },
    language,
    theme,
    passwordSet: user.passwordHash !== null,
  };
}

export function toUser(user: StoredUser): User {
  const { id, email, name, role, disabled } = user;
  return {
    id,
    email,
    name,
    role,
    disabled,
    createdAt: user.createdAt.toISOString(),
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
  };
}
