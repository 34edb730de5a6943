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
import type { WidgetViewProps } from './contract.ts';
import { nearestMark } from './nearest-mark.ts';
import { findMark, type Mark, type Marks } from './picks.ts';
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
  marks,
  onPick,
  onMenu,
  pictureRef,
}: WidgetViewProps & { option: Record<string, unknown>; marks?: Marks }) {
  const { palette } = useAppearance();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);
  const size = useSize(place);
  /** Whether anything of it is on the screen: the first frame may come late on a busy machine. */
  const [drawn, setDrawn] = useState(false);
  const click = useRef<(mark: Mark) => void>(undefined);
  click.current = onPick === undefined || marks === undefined ? undefined : (mark) => onPick(marks.picks(mark));
  const ask = useRef<(mark: Mark, event: MouseEvent) => void>(undefined);
  ask.current =
    onMenu === undefined || marks === undefined
      ? undefined
      : (mark, event) => {
          event.preventDefault();
          onMenu(marks.picks(mark), { x: event.clientX, y: event.clientY });
        };
  const drawing = useRef(option);
  drawing.current = option;
  const newest = useRef<Marks>(undefined);
  newest.current = marks;
  /** What the mark stands for whose tooltip is held fast: where data moves it, its tooltip follows. */
  const pinned = useRef<string>(undefined);
  const pin = useCallback((mark: Mark | undefined) => {
    if (mark === undefined && pinned.current === undefined) return;
    pinned.current = mark && (newest.current === undefined ? '' : newest.current.nameOf(mark));
    const isHeld = pinned.current !== undefined;
    place.current?.classList.toggle('held', isHeld);
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
      const picture = chart.current;
      const markBeside = (point: [number, number]) =>
        picture.containPixel('grid', point)
          ? nearestMark(drawing.current, picture.convertFromPixel({ seriesIndex: 0 }, point) as [number, number])
          : undefined;
      picture.getZr().on('click', ({ target, offsetX, offsetY, event }) => {
        const isShifted = (event as unknown as MouseEvent | undefined)?.shiftKey === true;
        if (target !== undefined || isReleased || (click.current !== undefined && !isShifted)) return;
        pin(markBeside([offsetX, offsetY]));
      });
      picture.on('contextmenu', ({ dataIndex, seriesIndex = 0, event }) =>
        ask.current?.({ dataIndex, seriesIndex }, event?.event as unknown as MouseEvent),
      );
      picture.getZr().on('contextmenu', ({ target, offsetX, offsetY, event }) => {
        const mark = target === undefined ? markBeside([offsetX, offsetY]) : undefined;
        // Of the place on the axis, and of none of its series.
        if (mark !== undefined) ask.current?.({ ...mark, seriesIndex: -1 }, event as unknown as MouseEvent);
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
    if (pinned.current === undefined) return;
    const held = markOf(pinned.current, newest.current, option);
    // It tells of the newest data, or goes with what it told of.
    if (held === undefined) pin(undefined);
    else chart.current.dispatchAction({ type: 'showTip', ...held });
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

function markOf(name: string, marks: Marks | undefined, option: Record<string, unknown>): Mark | undefined {
  if (marks === undefined) return { seriesIndex: 0, dataIndex: 0 };
  const lengths = (option.series as { data: readonly unknown[] }[]).map(({ data }) => data.length);
  return findMark(marks, lengths, name);
}
