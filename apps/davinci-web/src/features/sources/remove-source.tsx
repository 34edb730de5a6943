/** Decides how a source is removed: what is lost at its server and here, what stays, and what to do when the server is away. */
import type { SourceView } from '@rtdp/dbus/client';
import { App, Checkbox } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from '../../shell/link.tsx';
import { ConfirmLoss } from '../console/confirm-loss.tsx';
import { dbusPath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';

export function RemoveSource({ source, onClose }: { source: SourceView; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { notification } = App.useApp();
  const go = useGo();
  const [force, setForce] = useState(false);
  const { run } = useAct([dbusPath('sources')]);
  const remove = async (): Promise<void> => {
    const answer = await run<{ left: string[] }>({
      method: 'DELETE',
      path: `${dbusPath('sources', source.name)}?force=${force}`,
      done: t('remove.done', { name: source.name }),
    });
    if (answer === undefined) return;
    if (answer.left.length > 0) {
      notification.warning({ title: t('remove.left'), description: answer.left.join('\n'), duration: 0 });
    }
    go('/sources');
  };
  return (
    <ConfirmLoss
      name={source.name}
      title={t('remove.title', { name: source.name })}
      lost={[t('remove.lost.position'), t('remove.lost.catalog')]}
      stays={[t('remove.stays.topic', { topic: source.topic }), t('remove.stays.sinks')]}
      confirm={t('remove.verb')}
      onConfirm={remove}
      onClose={onClose}
    >
      <Checkbox checked={force} onChange={(event) => setForce(event.target.checked)}>
        {t('remove.force')}
      </Checkbox>
    </ConfirmLoss>
  );
}
