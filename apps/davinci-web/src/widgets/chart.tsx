/** Decides how a chart lives on the page: drawn once, moved from old to new values, resized, clicked, photographed. */
import { BarChart, GaugeChart, HeatmapChart, LineChart, PieChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type ECharts, init, use as register } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useAppearance } from '../shell/appearance.tsx';
import type { Pick, WidgetViewProps } from './contract.ts';
import type { Mark } from './picks.ts';
import { useSize } from './use-size.ts';

register([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  DataZoomInsideComponent,
  GaugeChart,
  GridComponent,
  HeatmapChart,
  LabelLayout,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  PieChart,
  ScatterChart,
  TooltipComponent,
  VisualMapComponent,
]);

/** Parts that the new option decides alone: what it leaves out is gone. */
const REPLACED = ['series', 'xAxis', 'yAxis', 'dataZoom', 'visualMap', 'legend', 'grid'];

export function Chart({
  widget,
  option,
  picks,
  onPick,
  pictureRef,
}: WidgetViewProps & { option: Record<string, unknown>; picks?: (mark: Mark) => Pick[] }) {
  const { palette } = useAppearance();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const size = useSize(place);
  const click = useRef<(mark: Mark) => void>(undefined);
  click.current = onPick === undefined || picks === undefined ? undefined : (mark) => onPick(picks(mark));

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    if (chart.current === undefined) {
      chart.current = init(place.current, undefined, { renderer: 'canvas' });
      chart.current.on('click', (event) => {
        const { dataIndex, seriesIndex } = event as unknown as Mark;
        click.current?.({ dataIndex, seriesIndex: seriesIndex ?? 0 });
      });
    } else chart.current.resize();
    chart.current.setOption(option, { replaceMerge: REPLACED, lazyUpdate: false });
  }, [option, size]);

  useEffect(() => {
    pictureRef?.(
      async () => chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: palette.surface }) ?? '',
    );
    return () => pictureRef?.(undefined);
  }, [pictureRef, palette]);

  useEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = undefined;
    },
    [],
  );

  return <div ref={place} className="widget-canvas" role="img" aria-label={widget.name} />;
}
