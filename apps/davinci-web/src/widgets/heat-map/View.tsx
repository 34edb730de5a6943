/** Shows a heat map. */
import { useMemo } from 'react';
import { Chart } from '../chart.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { type Mark, type Marks, pickOf } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { toHeat, toOption } from './to-option.ts';

export default function View(props: WidgetViewProps) {
  const { widget, data } = props;
  const context = useChartContext(props.colours);
  const option = useMemo(() => toOption(widget, data, context), [widget, data, context]);
  const marks = useMemo<Marks>(() => {
    const heat = toHeat(widget, data);
    const across = widget.query.dimensions[heat.acrossIndex];
    const down = widget.query.dimensions[heat.downIndex];
    const picks = ({ dataIndex }: Mark) => {
      const cell = heat.cells[dataIndex];
      return cell === undefined || across === undefined || down === undefined
        ? []
        : [pickOf(across, heat.across[cell[0]] ?? null), pickOf(down, heat.down[cell[1]] ?? null)];
    };
    return { picks, nameOf: (mark) => JSON.stringify(picks(mark)) };
  }, [widget, data]);
  return <Chart {...props} option={option} marks={marks} />;
}
