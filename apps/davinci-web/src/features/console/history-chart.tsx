/** Decides how past figures live on a page: drawn by the library of charts, as wide as the page. */
import { LineChart } from 'echarts/charts';
import {
  AriaComponent,
  AxisPointerComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { type ECharts, init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { createColourBook } from '../../widgets/colours.ts';
import '../../widgets/tip.css';
import { useChartContext } from '../../widgets/use-chart-context.ts';
import { useSize } from '../../widgets/use-size.ts';
import { type History, historyHeight, historyOption } from './history-option.ts';

register([
  AriaComponent,
  AxisPointerComponent,
  CanvasRenderer,
  GridComponent,
  LineChart,
  MarkLineComponent,
  TooltipComponent,
]);

export interface HistoryChartProps {
  history: History;
  /** For readers of the screen. */
  label: string;
}

export default function HistoryChart({ history, label }: HistoryChartProps): ReactNode {
  const [colours] = useState(createColourBook);
  const context = useChartContext(colours);
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const size = useSize(place);
  const option = useMemo(() => historyOption(history, context, label), [history, context, label]);
  useEffect(() => {
    if (place.current === null || size.width === 0) return;
    if (chart.current === undefined) chart.current = init(place.current, undefined, { renderer: 'canvas' });
    else chart.current.resize();
    chart.current.setOption(option, { notMerge: true });
  }, [option, size]);
  useEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = undefined;
    },
    [],
  );
  return <div ref={place} role="img" aria-label={label} style={{ height: historyHeight(history.lines.length) }} />;
}
