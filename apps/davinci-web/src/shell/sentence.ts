/** Decides how a message of a service stands on a page: as a sentence, though it was written to stand after a name. */

/** Begins with a capital where it begins with a word; a name with dots, digits or quotes stays as it is. */
export function asSentence(message: string): string {
  return /^[a-z]+[ ,]/.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}
