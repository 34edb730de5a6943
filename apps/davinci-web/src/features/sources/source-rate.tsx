/** Decides how the rate of a source is known: from what its counter has grown by while the application looked, and until then from what the service kept. */
import type { PastFiguresView, SourceView } from '@rtdp/dbus/client';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Null } from '../../shell/quantity.tsx';
import { dbusPath } from '../console/console-api.ts';
import { keptRate, meterOf } from '../console/rates.ts';
import { Sparkline } from '../console/sparkline.tsx';
import { useWording } from '../console/use-wording.ts';

export function SourceRate({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const words = useWording();
  const meter = meterOf(`source ${source.name}`);
  const [, redraw] = useState(0);
  // The answer is another object at every look, also when nothing has grown.
  useEffect(() => {
    if (source.stream === null) return;
    meter.add(source.stream.rows, Date.now());
    redraw((count) => count + 1);
  }, [source, meter]);
  const seen = meter.rate();
  const past = useApi<PastFiguresView>(dbusPath('sources', source.name, 'figures'), {
    query: { hours: '0.25' },
    enabled: source.stream !== null && seen === null,
  });
  const rate = seen ?? keptRate(past.data?.figures ?? [], Date.now());
  // Its place is kept until there is a rate, so that nothing moves when it comes.
  if (source.stream === null || rate === null)
    return (
      <span className="row">
        <Sparkline values={[]} label="" />
        <span className="numbers">
          <Null />
        </span>
      </span>
    );
  const text = words.rate(rate);
  return (
    <span className="row">
      <Sparkline values={meter.curve()} label={t('rateCurve', { rate: text })} />
      <span className="numbers">{text}</span>
    </span>
  );
}
