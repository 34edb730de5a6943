/** Shows points. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { pickOf } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { toGroups, toOption } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  return (
    <Chart
      {...props}
      option={option}
      picks={({ seriesIndex, dataIndex }) => {
        const row = data.rows[toGroups(widget, data)[seriesIndex]?.rows[dataIndex] ?? -1];
        return row === undefined
          ? []
          : widget.query.dimensions.map((dimension, index) => pickOf(dimension, row[index] ?? null));
      }}
    />
  );
}
