/** Decides how the values of a row are written to be corrected, and read back: each as JSON; a text may stand without quotes. Pure. */

export function writtenValue(value: unknown): string {
  if (typeof value === 'string' && !looksLikeJson(value)) return value;
  return JSON.stringify(value ?? null);
}

/** @param before says which values were texts, so that digits that were text stay text */
export function readEdited(texts: readonly string[], before: readonly unknown[]): unknown[] {
  return texts.map((text, at) => {
    if (text === writtenValue(before[at])) return before[at];
    if (!looksLikeJson(text)) return text;
    const value: unknown = JSON.parse(text);
    return typeof before[at] === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? text : value;
  });
}

function looksLikeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
