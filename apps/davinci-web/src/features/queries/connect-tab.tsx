/** Decides how somebody connects their own program to the gateway: a password made for them, shown once, and how to use it. */
import type { WireView } from '@rtdp/moonbox/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Answer, Empty } from '../../shell/states.tsx';
import { moonboxPath } from '../console/console-api.ts';
import { CopyButton, Statement } from '../console/statement.tsx';
import { useAct } from '../console/use-act.ts';

interface Password {
  user: string;
  password: string;
}

export function ConnectTab(): ReactNode {
  const { t } = useTranslation('console-queries');
  const wire = useApi<WireView>(moonboxPath('wire'));
  return (
    <Answer query={wire} shape="lines">
      {({ port }) =>
        port === null ? (
          <Empty title={t('connect.none.title')}>{t('connect.none.text')}</Empty>
        ) : (
          <Connect port={port} />
        )
      }
    </Answer>
  );
}

function Connect({ port }: { port: number }): ReactNode {
  const { t } = useTranslation('console-queries');
  const [made, setMade] = useState<Password>();
  const { run, busy } = useAct([]);
  const make = async (): Promise<void> => {
    const answer = await run<Password>({ method: 'POST', path: moonboxPath('passwords') });
    if (answer !== undefined) setMade(answer);
  };
  const host = window.location.hostname;
  return (
    <section className="card stack">
      <h2>{t('connect.title')}</h2>
      <p>{t('connect.text')}</p>
      {made === undefined ? (
        <div>
          <Button type="primary" loading={busy} onClick={() => void make()}>
            {t('connect.make')}
          </Button>
        </div>
      ) : (
        <>
          <div className="reason late">
            <p>{t('connect.once')}</p>
            <div className="row">
              <span className="secret grow">{made.password}</span>
              <CopyButton text={made.password} />
            </div>
          </div>
          <Statement
            text={`psql "host=${host} port=${port} user=${made.user} dbname=rtdp sslmode=require"`}
            label="psql"
          />
          <Statement text={`jdbc:postgresql://${host}:${port}/rtdp?user=${made.user}&sslmode=require`} label="JDBC" />
        </>
      )}
      <p className="muted small">{t('connect.port', { host, port })}</p>
    </section>
  );
}
