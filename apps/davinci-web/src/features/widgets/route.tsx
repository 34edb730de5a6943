/** The page of widgets. */
import { useTranslation } from 'react-i18next';
import { Page } from '../../shell/page.tsx';
import { Loading } from '../../shell/states.tsx';

export default function Route() {
  const { t } = useTranslation('shell');
  return (
    <Page title={t('rail.widgets')}>
      <Loading />
    </Page>
  );
}
