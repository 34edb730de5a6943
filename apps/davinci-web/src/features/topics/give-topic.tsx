/** Decides how an administrator of the platform takes a topic that is nobody's for the own organisation. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { dbusPath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';

export function GiveTopic({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-health');
  const organisation = useSession()?.user.organisation;
  const mayAct = useMay('admin');
  const { run, busy } = useAct([dbusPath('topics')]);
  return (
    <section className="card stack tight">
      <p>{t('topics.nobodys.text')}</p>
      {mayAct && organisation !== undefined ? (
        <div>
          <Button
            loading={busy}
            onClick={() =>
              void run({
                method: 'PUT',
                path: dbusPath('topics', name, 'owner'),
                body: { organisationId: organisation.id },
                done: t('topics.nobodys.done', { topic: name, organisation: organisation.name }),
              })
            }
          >
            {t('topics.nobodys.give', { organisation: organisation.name })}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
