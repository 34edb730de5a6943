/** Decides how a picture of the library of charts lives in an element: made when there is room, drawn anew with its option, resized, gone with its element. */
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
import { type RefObject, useEffect, useRef } from 'react';
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

export interface CanvasEvents {
  /** Once, before anything is drawn. */
  onMade?: (picture: ECharts) => void;
  /** After each option. */
  onSet?: (picture: ECharts) => void;
}

/** `replaced` names the parts that a new option decides alone: what it leaves out of them is gone. */
export function useCanvas(
  place: RefObject<HTMLElement | null>,
  option: Record<string, unknown>,
  replaced: string[],
  events: CanvasEvents = {},
): RefObject<ECharts | undefined> {
  const picture = useRef<ECharts>(undefined);
  const size = useSize(place);
  /** A tooltip is made when the pointer comes: it measures, and of thirty pictures one is pointed at. */
  const pointed = useRef(false);
  const told = useRef(events);
  told.current = events;

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    // What is new stands there at once; what was there moves, for those who like that.
    const moves = picture.current !== undefined && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (picture.current === undefined) {
      // Told its size, it does not measure: each look at the page between two pictures would lay all of it out again.
      picture.current = init(place.current, undefined, { renderer: 'canvas', ...size });
      told.current.onMade?.(picture.current);
    } else if (picture.current.getWidth() !== size.width || picture.current.getHeight() !== size.height) {
      picture.current.resize(size);
    }
    const { tooltip, ...still } = option;
    const isStill = option.animation === false;
    picture.current.setOption(
      { ...still, ...(pointed.current ? { tooltip } : {}), animation: moves && !isStill },
      { replaceMerge: replaced, lazyUpdate: false },
    );
    told.current.onSet?.(picture.current);
  }, [place, option, replaced, size]);

  const newest = useRef(option);
  newest.current = option;
  useEffect(() => {
    const element = place.current;
    const point = () => {
      pointed.current = true;
      picture.current?.setOption({ tooltip: newest.current.tooltip });
    };
    element?.addEventListener('pointerenter', point, { once: true });
    return () => element?.removeEventListener('pointerenter', point);
  }, [place]);

  useEffect(
    () => () => {
      picture.current?.dispose();
      picture.current = undefined;
    },
    [],
  );
  return picture;
}
