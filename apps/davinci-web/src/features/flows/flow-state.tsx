/** Decides how the state of a flow is told in one word: the same one that stands for it in every picture. */
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../../shell/status.tsx';
import type { Condition } from '../console/graph.ts';
import { flowCondition, flowStateStatus } from '../console/statuses.ts';
import { useWording } from '../console/use-wording.ts';

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
  const words = useWording();
  const condition: Condition = status === undefined ? { status: flowStateStatus(flow) } : flowCondition(status);
  const { status: kind, cause } = condition;
  const word =
    cause !== undefined
      ? words.cause(cause)
      : flow.state === 'running' && kind !== 'ok'
        ? t(`runningBut.${kind}`)
        : t(`state.${flow.state}`);
  const why =
    flow.reason?.message ?? (cause?.is === 'dead-letters' ? t('dead.why', { count: cause.count }) : undefined);
  return <Status kind={kind} word={word} {...(why === undefined ? {} : { why })} {...(tag ? { tag } : {})} />;
}
