/** The error codes that the service chassis can raise, each with the sentence that explains it. */
export const SERVICE_ERROR_CODES = {
  SERVICE_OPTION_INVALID: 'An option of the service is missing or has a value it cannot take.',
  SERVICE_REQUEST_INVALID: 'A request does not have the shape the route declares.',
  SERVICE_UNAUTHENTICATED: 'A request carries no token, or one that is expired or not ours.',
  SERVICE_FORBIDDEN: 'The token is valid but its roles do not allow this request.',
  SERVICE_NOT_FOUND: 'Nothing lives at this address, or the named thing does not exist.',
  SERVICE_CONFLICT: 'The request contradicts the present state of the thing it names.',
  SERVICE_UNAVAILABLE: 'Another service did not answer.',
  SERVICE_INTERNAL: 'The service failed in a way it did not expect.',
  SERVICE_METADATA_UNREACHABLE: 'The metadata server could not be reached or migrated.',
  SERVICE_SECRET_UNREADABLE: 'A sealed secret cannot be opened with the keys at hand.',
} as const;

export type ServiceErrorCode = keyof typeof SERVICE_ERROR_CODES;
