/** Decides how words are found: one file per language and feature, loaded when a page needs it. */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';

const files = import.meta.glob<{ default: Record<string, unknown> }>('../locales/*/*.json');

/** Starts the words in `language`; English stands in for a word that the other language lacks. */
export async function startLanguage(language: string): Promise<i18n> {
  await i18next
    .use({
      type: 'backend',
      init: () => {},
      read: (
        name: string,
        namespace: string,
        done: (error: Error | null, words: Record<string, unknown> | null) => void,
      ) => {
        const load = files[`../locales/${name}/${namespace}.json`];
        if (load === undefined) done(new Error(`There are no words ${name}/${namespace}.`), null);
        else
          load().then(
            (file) => done(null, file.default),
            (error: Error) => done(error, null),
          );
      },
    })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      supportedLngs: ['en', 'zh'],
      ns: ['shell'],
      defaultNS: 'shell',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  return i18next;
}
