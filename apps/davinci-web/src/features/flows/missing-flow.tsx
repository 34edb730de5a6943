/** Decides where it leads that no flow has the name of the address: to a new one from `/flows/new`, else to the list. */
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NoSuch } from '../../shell/dead-ends.tsx';
import { useGo } from '../../shell/link.tsx';

export function MissingFlow({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-flows');
  const go = useGo();
  const isNew = name === 'new';
  useEffect(() => {
    if (isNew) go('/flows?new=1', { replace: true });
  }, [isNew, go]);
  return isNew ? null : <NoSuch title={t('noSuch')} back={{ label: t('noSuchBack'), to: '/flows' }} />;
}
