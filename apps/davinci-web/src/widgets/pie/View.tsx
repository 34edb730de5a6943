/** Shows a pie. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { type Marks, pickOf } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { fitPie, toOption, toSlices } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  const marks = useMemo<Marks>(() => {
    const slices = toSlices(data, widget.query.measures[0]?.aggregation);
    const dimension = widget.query.dimensions[0];
    return {
      picks: ({ dataIndex }) => {
        const slice = slices[dataIndex];
        return slice === undefined || slice.others || dimension === undefined ? [] : [pickOf(dimension, slice.value)];
      },
      nameOf: ({ dataIndex }) => {
        const slice = slices[dataIndex];
        return slice && JSON.stringify([slice.value, slice.others ?? false]);
      },
    };
  }, [widget, data]);
  return <Chart {...props} option={option} marks={marks} fit={fitPie} />;
}
