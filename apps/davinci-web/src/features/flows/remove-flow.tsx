/** Decides how a flow is removed: what is lost, and that its sink tables stay. */
import type { FlowView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from '../../shell/link.tsx';
import { ConfirmLoss } from '../console/confirm-loss.tsx';
import { wormholePath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';

export function RemoveFlow({ flow, onClose }: { flow: FlowView; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-flows');
  const go = useGo();
  const { run } = useAct([wormholePath('flows')]);
  return (
    <ConfirmLoss
      name={flow.name}
      title={t('remove.title', { name: flow.name })}
      lost={[t('remove.lost.place'), t('remove.lost.dead')]}
      stays={[t('remove.stays')]}
      confirm={t('remove.verb')}
      onClose={onClose}
      onConfirm={async () => {
        const answer = await run({
          method: 'DELETE',
          path: wormholePath('flows', flow.name),
          done: t('remove.done', { name: flow.name }),
        });
        if (answer !== undefined) go('/flows');
      }}
    />
  );
}
