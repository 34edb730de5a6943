/** Decides how long an access token lives, in seconds: short, because nobody can take one back from the other services. */
export const ACCESS_TOKEN_SECONDS = 600;
