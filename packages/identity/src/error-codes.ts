/** The error codes of identity, each with the sentence that explains it. */
export const IDENTITY_ERROR_CODES = {
  IDENTITY_TOKEN_INVALID: 'The token is malformed, expired, or signed by a key that is not ours.',
  IDENTITY_FORBIDDEN: 'The token is valid but lacks the role the action needs.',
  IDENTITY_KEYS_UNREADABLE: 'The key files cannot be read or made.',
} as const;

export type IdentityErrorCode = keyof typeof IDENTITY_ERROR_CODES;
