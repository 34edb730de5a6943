/** Decides how words are found: those of a feature are loaded when a page needs them. */
import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { loadWords } from './words.ts';

/** Starts the words in `language`, with those of `features`; English stands in for a word that the other language lacks. */
export async function startLanguage(language: string, features: readonly string[]): Promise<i18n> {
  await i18next
    .use({
      type: 'backend',
      init: () => {},
      read: (
        name: string,
        namespace: string,
        done: (error: Error | null, words: Record<string, unknown> | null) => void,
      ) => {
        loadWords(name, namespace).then(
          (words) => done(null, words),
          (error: Error) => done(error, null),
        );
      },
    })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: 'en',
      supportedLngs: ['en', 'zh'],
      ns: ['shell', ...features],
      defaultNS: 'shell',
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  return i18next;
}
