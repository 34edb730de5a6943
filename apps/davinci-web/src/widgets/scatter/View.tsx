/** Shows points. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { type Mark, type Marks, pickOf } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { toGroups, toOption } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  const marks = useMemo<Marks>(() => {
    const groups = toGroups(widget, data);
    const picks = ({ seriesIndex, dataIndex }: Mark) => {
      const row = data.rows[groups[seriesIndex]?.rows[dataIndex] ?? -1];
      return row === undefined
        ? []
        : widget.query.dimensions.map((dimension, index) => pickOf(dimension, row[index] ?? null));
    };
    return { picks, nameOf: (mark) => JSON.stringify(picks(mark)) };
  }, [widget, data]);
  return <Chart {...props} option={option} marks={marks} />;
}
