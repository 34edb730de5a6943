/** Decides how a picture of the library of charts lives in an element: made when there is room, drawn anew with its option, resized, gone with its element. */
import type { ECharts } from 'echarts/core';
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { textWidth } from '../shell/text-width.ts';
import { TEXT } from '../shell/tokens.ts';
import { makePicture } from './chart-library.ts';
import type { Fit } from './fit-legend.ts';
import { useSize } from './use-size.ts';

const measure = (text: string) => textWidth(text, TEXT[0]);

export interface CanvasEvents {
  /** Once, before anything is drawn. */
  onMade?: (picture: ECharts) => void;
  /** After each option. */
  onSet?: (picture: ECharts) => void;
  /** Puts what depends on the size into its place. */
  fit?: Fit;
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
  /** Of the legend's page. */
  const from = useRef(0);

  const newest = useRef(option);
  newest.current = option;
  const newestSize = useRef(size);
  newestSize.current = size;
  const fitted = useCallback(
    (whole: Record<string, unknown>) =>
      told.current.fit?.(whole, { ...newestSize.current, measure, from: from.current }) ?? whole,
    [],
  );

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    // What is new stands there at once; what was there moves, for those who like that.
    const moves = picture.current !== undefined && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (picture.current === undefined) {
      picture.current = makePicture(place.current, size);
      picture.current.on('legendscroll', (event) => {
        from.current = (event as { scrollDataIndex?: number }).scrollDataIndex ?? 0;
        const { legend } = fitted(newest.current);
        picture.current?.setOption({ legend });
      });
      told.current.onMade?.(picture.current);
    } else if (picture.current.getWidth() !== size.width || picture.current.getHeight() !== size.height) {
      picture.current.resize(size);
    }
    const { tooltip, ...still } = fitted(option);
    const isStill = option.animation === false;
    picture.current.setOption(
      { ...still, ...(pointed.current ? { tooltip } : {}), animation: moves && !isStill },
      { replaceMerge: replaced, lazyUpdate: false },
    );
    told.current.onSet?.(picture.current);
  }, [place, option, replaced, size, fitted]);

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
