/** Decides how a chart lives on the page: drawn once, moved from old to new values, resized, clicked, photographed. */
import type { ECharts } from 'echarts/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useAppearance } from '../shell/appearance.tsx';
import { TIMES } from '../shell/tokens.ts';
import type { Pick, WidgetViewProps } from './contract.ts';
import { fadeOthers } from './fade-others.ts';
import { type Fit, fitLegend } from './fit-legend.ts';
import { nearestMark } from './nearest-mark.ts';
import { findMark, type Mark, type Marks } from './picks.ts';
import { useCanvas } from './use-canvas.ts';
import { Waiting } from './waiting.tsx';

/** Parts that the new option decides alone: what it leaves out is gone. */
const REPLACED = ['series', 'xAxis', 'yAxis', 'dataZoom', 'visualMap', 'legend', 'grid'];

const NONE: readonly Pick[] = [];

export function Chart({
  widget,
  option,
  marks,
  onPick,
  onMenu,
  chosen = NONE,
  pictureRef,
  fit = fitLegend,
}: WidgetViewProps & { option: Record<string, unknown>; marks?: Marks; fit?: Fit }) {
  const { palette } = useAppearance();
  const place = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => fadeOthers(option, marks, chosen), [option, marks, chosen]);
  const chart = useCanvas(place, shown, REPLACED, { onMade, onSet, fit });
  /** The first frame may come late on a busy machine: then something says so. */
  const [isLate, setLate] = useState(false);
  const lateness = useRef<ReturnType<typeof setTimeout>>(undefined);
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
  const pin = useCallback(
    (mark: Mark | undefined) => {
      if (mark === undefined && pinned.current === undefined) return;
      pinned.current = mark && (newest.current === undefined ? '' : newest.current.nameOf(mark));
      const isHeld = pinned.current !== undefined;
      place.current?.classList.toggle('held', isHeld);
      const triggerOn = isHeld ? 'none' : 'mousemove|click';
      chart.current?.setOption({ tooltip: { alwaysShowContent: isHeld, enterable: isHeld, triggerOn } });
      chart.current?.dispatchAction(isHeld ? { type: 'showTip', ...mark } : { type: 'hideTip' });
    },
    [chart],
  );

  useEffect(() => {
    lateness.current = setTimeout(() => setLate(true), TIMES.skeletonAfter);
    return () => clearTimeout(lateness.current);
  }, []);

  function onMade(picture: ECharts): void {
    const onDrawn = () => {
      picture.off('rendered', onDrawn);
      clearTimeout(lateness.current);
      setLate(false);
    };
    picture.on('rendered', onDrawn);
    // A press anywhere on the picture lets go, before the click that follows it.
    let isReleased = false;
    picture.getZr().on('mousedown', () => {
      isReleased = pinned.current !== undefined;
      pin(undefined);
    });
    picture.on('click', ({ dataIndex, seriesIndex = 0, event }) => {
      // Where a click filters nothing it holds the tooltip fast; with Shift it does in any case.
      const mark = { dataIndex, seriesIndex };
      if (click.current !== undefined && !isShifted(event?.event)) click.current(mark);
      else pin(isReleased ? undefined : mark);
    });
    const markBeside = (point: [number, number]) =>
      picture.containPixel('grid', point)
        ? nearestMark(drawing.current, picture.convertFromPixel({ seriesIndex: 0 }, point) as [number, number])
        : undefined;
    picture.getZr().on('click', ({ target, offsetX, offsetY, event }) => {
      if (target !== undefined || isReleased || (click.current !== undefined && !isShifted(event))) return;
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
  }
  function onSet(picture: ECharts): void {
    if (pinned.current === undefined) return;
    const held = markOf(pinned.current, newest.current, option);
    // It tells of the newest data, or goes with what it told of.
    if (held === undefined) pin(undefined);
    else picture.dispatchAction({ type: 'showTip', ...held });
  }

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
  }, [chart, pictureRef, palette]);

  return (
    <div className="widget-picture">
      <div ref={place} className="widget-canvas" role="img" aria-label={widget.name} />
      {isLate ? (
        <div className="widget-undrawn">
          <Waiting word="drawing" after={0} />
        </div>
      ) : null}
    </div>
  );
}

function markOf(name: string, marks: Marks | undefined, option: Record<string, unknown>): Mark | undefined {
  if (marks === undefined) return { seriesIndex: 0, dataIndex: 0 };
  const lengths = (option.series as { data: readonly unknown[] }[]).map(({ data }) => data.length);
  return findMark(marks, lengths, name);
}

function isShifted(event: unknown): boolean {
  return (event as MouseEvent | undefined)?.shiftKey === true;
}
