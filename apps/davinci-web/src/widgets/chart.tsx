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
import { useCallback, useEffect, useRef, useState } from 'react';
import { useAppearance } from '../shell/appearance.tsx';
import type { Pick, WidgetViewProps } from './contract.ts';
import type { Mark } from './picks.ts';
import { useSize } from './use-size.ts';
import { Waiting } from './waiting.tsx';

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
  /** Whether anything of it is on the screen: the first frame may come late on a busy machine. */
  const [drawn, setDrawn] = useState(false);
  const click = useRef<(mark: Mark) => void>(undefined);
  click.current = onPick === undefined || picks === undefined ? undefined : (mark) => onPick(picks(mark));
  /** The mark whose tooltip is held fast. */
  const pinned = useRef<Mark>(undefined);
  const pin = useCallback((mark: Mark | undefined) => {
    if (mark === undefined && pinned.current === undefined) return;
    pinned.current = mark;
    const isHeld = mark !== undefined;
    const triggerOn = isHeld ? 'none' : 'mousemove|click';
    chart.current?.setOption({ tooltip: { alwaysShowContent: isHeld, enterable: isHeld, triggerOn } });
    chart.current?.dispatchAction(isHeld ? { type: 'showTip', ...mark } : { type: 'hideTip' });
  }, []);

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    // What is new stands there at once; what was there moves, for those who like that.
    const moves = chart.current !== undefined && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (chart.current === undefined) {
      chart.current = init(place.current, undefined, { renderer: 'canvas' });
      const first = chart.current;
      const onDrawn = () => {
        first.off('rendered', onDrawn);
        setDrawn(true);
      };
      first.on('rendered', onDrawn);
      chart.current.on('click', (event) => {
        const { dataIndex, seriesIndex } = event as unknown as Mark;
        const mark = { dataIndex, seriesIndex: seriesIndex ?? 0 };
        const isShifted = (event.event?.event as unknown as MouseEvent | undefined)?.shiftKey === true;
        // Where a click filters nothing it holds the tooltip fast; with Shift it does in any case.
        if (isShifted || click.current === undefined) pin(isReleased ? undefined : mark);
        else click.current(mark);
      });
      // A press anywhere on the picture lets go, before the click that follows it.
      let isReleased = false;
      chart.current.getZr().on('mousedown', () => {
        isReleased = pinned.current !== undefined;
        pin(undefined);
      });
    } else if (chart.current.getWidth() !== size.width || chart.current.getHeight() !== size.height) {
      chart.current.resize();
    }
    chart.current.setOption({ ...option, animation: moves }, { replaceMerge: REPLACED, lazyUpdate: false });
    // It tells of the newest data.
    if (pinned.current !== undefined) chart.current.dispatchAction({ type: 'showTip', ...pinned.current });
  }, [option, size, pin]);

  useEffect(() => {
    const release = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || pinned.current === undefined) return;
      // Taken: nothing else on the page is left by it.
      event.preventDefault();
      pin(undefined);
    };
    window.addEventListener('keydown', release);
    return () => window.removeEventListener('keydown', release);
  }, [pin]);

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

  return (
    <div className="widget-picture">
      <div ref={place} className="widget-canvas" role="img" aria-label={widget.name} />
      {drawn ? null : (
        <div className="widget-undrawn">
          <Waiting word="drawing" />
        </div>
      )}
    </div>
  );
}
