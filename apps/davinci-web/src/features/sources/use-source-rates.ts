/** Decides how the rates of all sources are known together: from what their counters have grown by while the application looked. */
import type { SourceView } from '@rtdp/dbus/client';
import { useEffect, useState } from 'react';
import { meterOf } from '../console/rates.ts';

/** @returns name → rows per second, without those that are not known yet */
export function useSourceRates(sources: readonly SourceView[] | undefined): ReadonlyMap<string, number> {
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const now = Date.now();
    const known = new Map<string, number>();
    for (const { name, stream } of sources ?? []) {
      if (stream === null) continue;
      const meter = meterOf(`source ${name}`);
      meter.add(stream.rows, now);
      const rate = meter.rate();
      if (rate !== null) known.set(name, rate);
    }
    setRates(known);
  }, [sources]);
  return rates;
}
