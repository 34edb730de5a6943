/** The error codes that the Davinci API can raise, each with the sentence that explains it. */
export const DAVINCI_ERROR_CODES = {
  DAVINCI_LOGIN_FAILED: 'E-mail and password, link or session do not let anybody in.',
  DAVINCI_LOGIN_RATE_LIMIT: 'Signing in has failed too often for this account or from this address.',
  DAVINCI_ORIGIN_FORBIDDEN: 'A page of another site tried to use the session of this one.',
  DAVINCI_USER_NOT_FOUND: 'There is no such user in this organisation.',
  DAVINCI_USER_EXISTS: 'A user with this e-mail address exists already.',
  DAVINCI_ORGANISATION_EXISTS: 'Another organisation has this name already.',
  DAVINCI_ORGANISATIONS_FORBIDDEN: 'Only an administrator of the platform sees and makes organisations.',
  DAVINCI_LAST_ADMIN_NOT_ALLOWED: 'The last administrator would lose the role.',
  DAVINCI_NOT_FOUND: 'There is no such source, view, widget or dashboard in this organisation.',
  DAVINCI_NAME_EXISTS: 'Another one of this kind has this name or id already.',
  DAVINCI_VERSION_CONFLICT: 'Somebody else changed the thing after it was read.',
  DAVINCI_IN_USE_CONFLICT: 'Others use the thing that was to be removed.',
  DAVINCI_REFERENCE_INVALID: 'Something names a source, view or widget that does not exist here.',
  DAVINCI_VIEW_INVALID: 'The SQL, the variables, the model or the rights of a view contradict each other.',
  DAVINCI_WIDGET_INVALID: 'A widget asks for a column that its view does not have for the one who writes it.',
  DAVINCI_VARIABLE_INVALID: 'A variable is not declared, or was given a value of another type.',
  DAVINCI_VARIABLE_UNKNOWN: 'A value was given for a variable that the view does not have.',
  DAVINCI_QUERY_INVALID: 'A query asks the view for something that makes no sense.',
  DAVINCI_COLUMN_UNKNOWN: 'The view has no such column for this role.',
  DAVINCI_VIEW_FORBIDDEN: 'The rights of the view do not let this role see anything.',
  DAVINCI_QUERY_CANCELLED: 'The query was cancelled by the one who asked.',
  DAVINCI_QUERY_FAILED: 'The source refused the query or failed while it answered.',
  DAVINCI_RUN_EXISTS: 'A run with this id is under way.',
} as const;

export type DavinciErrorCode = keyof typeof DAVINCI_ERROR_CODES;
