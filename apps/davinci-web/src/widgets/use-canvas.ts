/** Decides how a picture of the library of charts lives in an element: made when there is room, drawn anew with its option, resized, gone with its element. */
import type { ECharts } from 'echarts/core';
import { type RefObject, useEffect, useRef } from 'react';
import { makePicture } from './chart-library.ts';
import { useSize } from './use-size.ts';

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
      picture.current = makePicture(place.current, size);
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
