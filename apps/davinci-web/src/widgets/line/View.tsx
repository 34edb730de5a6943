/** Shows a line chart. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { categoryMarks } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { schema } from './schema.ts';
import { lineTable, toOption } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  const marks = useMemo(() => categoryMarks(widget, lineTable(widget, data, schema)), [widget, data]);
  return <Chart {...props} option={option} marks={marks} />;
}
