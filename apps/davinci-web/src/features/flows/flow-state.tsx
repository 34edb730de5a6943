/** Decides how the state of a flow is told in one word. */
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../../shell/status.tsx';
import { flowStateStatus, flowStatus } from '../console/statuses.ts';

export function FlowState({
  flow,
  status,
  tag,
}: {
  flow: FlowView;
  status?: FlowStatus | undefined;
  tag?: boolean;
}): ReactNode {
  const { t } = useTranslation('console-flows');
  const kind = status === undefined ? flowStateStatus(flow) : flowStatus(status);
  const word = flow.state === 'running' && kind !== 'ok' ? t(`runningBut.${kind}`) : t(`state.${flow.state}`);
  return (
    <Status
      kind={kind}
      word={word}
      {...(flow.reason === null ? {} : { why: flow.reason.message })}
      {...(tag ? { tag } : {})}
    />
  );
}
