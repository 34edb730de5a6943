/** Decides how the settings of a flow are shown, and how it is begun anew from another place. */
import type { FlowStatus } from '@rtdp/wormhole/client';
import { Button, Radio } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { Quantity } from '../../shell/quantity.tsx';
import { ConfirmLoss } from '../console/confirm-loss.tsx';
import { wormholePath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';
import type { FlowDefinitionView } from './flow-form.ts';

export function FlowSettings({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const mayAct = useMay('editor');
  const [isRestarting, setRestarting] = useState(false);
  const definition = flow.definition as FlowDefinitionView;
  const { connection } = definition.sink;
  return (
    <section className="card stack">
      <dl className="facts">
        <dt>{t('field.namespace')}</dt>
        <dd>
          <code>{definition.source.namespace}</code>
        </dd>
        <dt>{t('settings.topic')}</dt>
        <dd>
          <code>{definition.source.topic}</code>
        </dd>
        <dt>{t('settings.sink')}</dt>
        <dd>
          {connection === undefined
            ? null
            : `${connection.user}@${connection.host}:${connection.port}/${connection.database} · `}
          {definition.sink.schema}.{definition.sink.table}
        </dd>
        <dt>{t('field.deletes')}</dt>
        <dd>{t(`deletes.${definition.sink.deletes}`)}</dd>
        <dt>{t('field.onIncompatible')}</dt>
        <dd>{t(`onIncompatible.${definition.onIncompatible}`)}</dd>
        <dt>{t('settings.stream')}</dt>
        <dd>{definition.stream}</dd>
        <dt>{t('settings.worker')}</dt>
        <dd>{flow.worker}</dd>
        <dt>{t('settings.limits')}</dt>
        <dd>
          <Quantity value={definition.limits.rows} format={{ kind: 'number', unit: t('settings.rowsUnit') }} /> ·{' '}
          <Quantity value={definition.limits.bytes} format={{ kind: 'bytes' }} />
          {definition.limits.lingerMs === 0 ? null : (
            <>
              {' '}
              · <Quantity value={definition.limits.lingerMs} format={{ kind: 'milliseconds' }} />
            </>
          )}
        </dd>
        <dt>{t('settings.revision')}</dt>
        <dd>{flow.revision}</dd>
      </dl>
      {mayAct ? (
        <div>
          <Button onClick={() => setRestarting(true)}>{t('restart.verb')}</Button>
        </div>
      ) : null}
      {isRestarting ? <Restart name={flow.name} onClose={() => setRestarting(false)} /> : null}
    </section>
  );
}

function Restart({ name, onClose }: { name: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-flows');
  const [from, setFrom] = useState<'pull' | 'earliest'>('pull');
  const { run } = useAct([wormholePath('flows')]);
  return (
    <ConfirmLoss
      name={name}
      title={t('restart.title', { name })}
      lost={[t('restart.lost')]}
      stays={[t('restart.stays')]}
      confirm={t('restart.verb')}
      onClose={onClose}
      onConfirm={async () => {
        const answer = await run({
          method: 'POST',
          path: wormholePath('flows', name, 'restart'),
          body: { from },
          done: t('restart.done', { name }),
        });
        if (answer !== undefined) onClose();
      }}
    >
      <Radio.Group
        value={from}
        onChange={(event) => setFrom(event.target.value as typeof from)}
        options={[
          { value: 'pull', label: t('from.pull') },
          { value: 'earliest', label: t('from.earliest') },
        ]}
      />
    </ConfirmLoss>
  );
}
