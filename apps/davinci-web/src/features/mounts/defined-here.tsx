/** Decides what is told of a view or mounted table of the gateway: whether it can be read and why not, with whose rights, and how it is made. */
import type { TableView, ViewView } from '@rtdp/moonbox/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Answer } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { moonboxPath } from '../console/console-api.ts';
import { Reason } from '../console/reason.tsx';
import { Statement } from '../console/statement.tsx';

/** A word in the list; nothing for a table of a store. */
export function DefinedState({ table }: { table: Pick<TableView, 'kind' | 'definedHere'> }): ReactNode {
  const { t } = useTranslation('console-queries');
  const { kind, definedHere } = table;
  switch (definedHere?.state) {
    case 'ok':
      return <Status kind="ok" word={t(`tables.defined.${kind}`)} />;
    case 'broken':
      return <Status kind="broken" word={t('tables.defined.broken')} why={definedHere?.error?.message ?? ''} />;
    default:
      return t(`tables.kinds.${kind}`);
  }
}

export function DefinitionOf({ database, name }: { database: string; name: string }): ReactNode {
  const { t } = useTranslation('console-queries');
  const view = useApi<ViewView>(moonboxPath('databases', database, 'views', name));
  return (
    <Answer query={view} shape="lines">
      {({ error, owner, sql }) => (
        <>
          {error === null ? null : <Reason reason={error} />}
          <p className="muted small">
            {t('tables.defined.owner')} <code>{owner}</code>
          </p>
          {sql === null ? (
            <p className="muted small">{t('tables.defined.closed')}</p>
          ) : (
            <Statement text={sql} label={t('tables.defined.sql')} />
          )}
        </>
      )}
    </Answer>
  );
}
