/** Shows a pie. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { pickOf } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { toOption, toSlices } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  return (
    <Chart
      {...props}
      option={option}
      picks={({ dataIndex }) => {
        const slice = toSlices(data, widget.query.measures[0]?.aggregation)[dataIndex];
        const dimension = widget.query.dimensions[0];
        return slice === undefined || slice.others || dimension === undefined ? [] : [pickOf(dimension, slice.value)];
      }}
    />
  );
}
