/** Shows a gauge. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { useChartContext } from '../use-chart-context.ts';
import { fitGauge, toOption } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  return <Chart {...props} option={option} fit={fitGauge} />;
}
