/** The pace of the demo's shop on its dashboard: shown to everybody, set by editors. */
import { CloseOutlined } from '@ant-design/icons';
import { Button, Slider } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi, useChange } from '../../api/use-api.ts';
import { formatNumber } from '../../shell/numbers.ts';
import { ErrorState, Loading } from '../../shell/states.tsx';
import type { ItemProps } from './item-contract.ts';
import { ItemHead } from './item-head.tsx';

interface Rate {
  actionsPerSecond: number;
}

const PATH = '/api/demo/rate';
/** Steps of the slider, in actions a second: what a person wants to try lies at its ends and not evenly between. */
const STEPS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];

export default function DemoRateItem({ editing, onRemove, onMoveKey }: ItemProps): ReactNode {
  const { t, i18n } = useTranslation('dashboards');
  const mayEdit = useMay('editor');
  const rate = useApi<Rate>(PATH);
  const change = useChange<Rate>([PATH], { inOrder: PATH });
  const known = rate.data?.actionsPerSecond;
  const [step, setStep] = useState<number>();
  useEffect(() => setStep(known === undefined ? undefined : nearestStep(known)), [known]);
  const wanted = step === undefined || step === nearestStep(known ?? 0) ? known : STEPS[step];
  const write = (actions: number): string =>
    actions === 0 ? t('demo.still') : t('demo.rate', { rate: formatNumber(actions, i18n.language) });
  return (
    <section className="widget demo-rate" aria-label={t('demo.title')}>
      {editing ? (
        <ItemHead name={t('demo.title')} editing onMoveKey={onMoveKey}>
          <h2 className="ellipsis faint">{t('demo.title')}</h2>
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t('item.remove', { name: t('demo.title') })}
            onClick={onRemove}
          />
        </ItemHead>
      ) : null}
      {rate.error !== null || change.error !== null ? (
        <ErrorState small error={rate.error ?? change.error} onRetry={() => void rate.refetch()} />
      ) : known === undefined || step === undefined ? (
        <Loading shape="lines" lines={1} />
      ) : (
        <div className="demo-rate-line">
          {editing ? null : <span className="muted">{t('demo.title')}</span>}
          <Slider
            className="demo-rate-slider"
            min={0}
            max={STEPS.length - 1}
            value={step}
            disabled={!mayEdit}
            tooltip={{ formatter: (at) => STEPS[at ?? 0] }}
            ariaLabelForHandle={t('demo.label')}
            ariaValueTextFormatterForHandle={(at) => write(STEPS[at] ?? 0)}
            onChange={setStep}
            onChangeComplete={(at) =>
              change.mutate({ path: PATH, method: 'POST', body: { actionsPerSecond: STEPS[at] ?? 0 } })
            }
          />
          <span className="numbers demo-rate-number">{write(wanted ?? 0)}</span>
        </div>
      )}
    </section>
  );
}

function nearestStep(rate: number): number {
  const above = STEPS.findIndex((each) => each >= rate);
  return above < 0 ? STEPS.length - 1 : above;
}
