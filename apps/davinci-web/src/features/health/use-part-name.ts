/** Decides how a part of a service is called: in the reader's language, a source by its own name, a part that is new as it calls itself. */
import { useTranslation } from 'react-i18next';

export function usePartName(): (name: string) => string {
  const { t } = useTranslation('console-health');
  return (name) => {
    const source = /^source (.+)$/.exec(name)?.[1];
    if (source !== undefined) return t('problems.about.source', { name: source });
    return t(`part.${name}`, { defaultValue: name });
  };
}
