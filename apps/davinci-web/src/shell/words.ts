/** Finds the words: one file per language and feature. */

const files = import.meta.glob<{ default: Record<string, unknown> }>('../locales/*/*.json');

/** Rejects where there are none; read once, whoever asks. */
export async function loadWords(language: string, feature: string): Promise<Record<string, unknown>> {
  const load = files[`../locales/${language}/${feature}.json`];
  if (load === undefined) throw new Error(`There are no words ${language}/${feature}.`);
  return (await load()).default;
}
