/** Decides how the tables behind the gateway are looked through: one database at a time, with its tables and their columns. */
import type { DatabaseView } from '@rtdp/moonbox/client';
import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Answer, Empty, Loading } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { moonboxPath } from '../console/console-api.ts';
import { DatabaseTables } from '../mounts/mount-detail.tsx';

export function CatalogTab(): ReactNode {
  const { t } = useTranslation('console-data');
  const isAdmin = useMay('admin');
  const [chosen, setChosen] = useUrlState<string>('database', '');
  const databases = useApi<List<DatabaseView>>(moonboxPath('databases'));
  return (
    <Answer
      query={databases}
      skeleton={
        // The choice of the database takes its room as well, so that the list comes where its skeleton stood.
        <div className="stack">
          <Loading shape="own">
            <div className="bone button" />
          </Loading>
          <Loading shape="lines" />
        </div>
      }
      isEmpty={({ items }) => items.length === 0}
      empty={
        <Empty
          title={t('catalog.empty.title')}
          {...(isAdmin ? { action: <Link to="/queries?tab=mounts&add=1">{t('catalog.mount')}</Link> } : {})}
        >
          {t('catalog.empty.text')}
        </Empty>
      }
    >
      {({ items }) => {
        const one = items.find(({ name }) => name === chosen) ?? items[0]!;
        return (
          <div className="stack">
            <div className="row">
              <Segmented
                className="verbatim"
                aria-label={t('catalog.database')}
                value={one.name}
                onChange={(name: string) => setChosen(name)}
                options={items.map(({ name, tables }) => ({ value: name, label: `${name} (${tables})` }))}
              />
            </div>
            <DatabaseTables key={one.name} database={one.name} />
          </div>
        );
      }}
    </Answer>
  );
}
