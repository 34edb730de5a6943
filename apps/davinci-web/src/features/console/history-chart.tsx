/** Decides how past figures live on a page: drawn by the library of charts, as wide as the page. */
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { createColourBook } from '../../widgets/colours.ts';
import '../../widgets/tip.css';
import { useCanvas } from '../../widgets/use-canvas.ts';
import { useChartContext } from '../../widgets/use-chart-context.ts';
import { type History, historyOption } from './history-option.ts';
import { historyHeight } from './history-size.ts';

/** How many strips there are is the option's alone. */
const REPLACED = ['grid', 'xAxis', 'yAxis', 'series'];

export interface HistoryChartProps {
  history: History;
  /** For readers of the screen. */
  label: string;
}

export default function HistoryChart({ history, label }: HistoryChartProps): ReactNode {
  const [colours] = useState(createColourBook);
  const context = useChartContext(colours);
  const place = useRef<HTMLDivElement>(null);
  const option = useMemo(() => historyOption(history, context, label), [history, context, label]);
  useCanvas(place, option, REPLACED);
  return <div ref={place} role="img" aria-label={label} style={{ height: historyHeight(history.lines.length) }} />;
}
