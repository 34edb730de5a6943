/** Gives what tells the sentences of services in the language of the reader; until its words are there, as they came. */
import { useTranslation } from 'react-i18next';
import { type Sentences, tellerOf } from './tell-reason.ts';

export type Tell = (text: string) => string;

const asItCame: Tell = (text) => text;
const tellers = new WeakMap<Sentences, Tell>();

export function useTell(): Tell {
  const { i18n } = useTranslation('shell');
  const isAsWritten = i18n.language === 'en';
  const { ready } = useTranslation(isAsWritten ? 'shell' : 'reasons', { useSuspense: false });
  if (!ready || isAsWritten) return asItCame;
  // English is loaded beside every language: it stands in for words that are missing.
  const known: Sentences | undefined = i18n.getResourceBundle('en', 'reasons');
  const told: Sentences | undefined = i18n.getResourceBundle(i18n.language, 'reasons');
  if (known === undefined || told === undefined) return asItCame;
  const tell = tellers.get(told) ?? tellerOf(known, told);
  tellers.set(told, tell);
  return tell;
}
