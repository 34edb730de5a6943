/** Shows one number with its trend; a change counts from the old number to the new. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../shell/numbers.ts';
import { Null } from '../../shell/quantity.tsx';
import { TIMES } from '../../shell/tokens.ts';
import { formatOf, labelOf } from '../chart-words.ts';
import type { WidgetViewProps } from '../contract.ts';
import { FADED } from '../fade-others.ts';
import { trendPicks } from '../picks.ts';
import { numberOf } from '../series.ts';
import { useChartContext } from '../use-chart-context.ts';
import { chosenPlace, onTheWay, sparkline, tellChange, tellScorecard, toScorecard, trendRange } from './to-option.ts';

export default function View({ widget, data, colours, onPick, chosen = [] }: WidgetViewProps) {
  const { t, i18n } = useTranslation('widgets');
  const context = useChartContext(colours);
  const card = useMemo(() => toScorecard(widget, data), [widget, data]);
  const column = data.columns[widget.query.dimensions.length];
  const format = formatOf(column);
  const target = numberOf(card.value);
  const shown = useMoving(target);
  const write = (value: number) => formatNumber(value, i18n.language, format);
  const path = sparkline(card.trend, 'over', card.open);
  const open = card.open > 0 ? sparkline(card.trend, 'open', card.open) : '';
  const mark = chosenPlace(widget, card.trend, chosen);
  const range = useMemo(() => trendRange(widget, data, card, context), [widget, data, card, context]);
  const spans = range === undefined ? '' : t('scorecard.range', range.told);
  return (
    <div className="scorecard">
      <div className="scorecard-line">
        <span
          className="scorecard-value numbers"
          data-value={card.value === null ? '' : String(card.value)}
          style={card.tone === undefined || card.tone === 'ok' ? undefined : { color: `var(--${card.tone})` }}
          title={target === null ? undefined : tellScorecard(widget, data, card, context)}
        >
          {shown === null ? <Null /> : write(shown)}
        </span>
        {card.change === undefined ? null : (
          <span className={`scorecard-change ${card.verdict}`} title={tellChange(widget, data, card, context)}>
            <span aria-hidden="true">{card.change > 0 ? '▲' : card.change < 0 ? '▼' : '='}</span>{' '}
            {formatNumber(Math.abs(card.change), i18n.language, { kind: 'percent' })}
            <span className="visually-hidden">
              {t(`scorecard.${card.change > 0 ? 'up' : card.change < 0 ? 'down' : 'same'}`)}
            </span>
          </span>
        )}
      </div>
      <div className="muted small scorecard-words">
        {labelOf(column)}
        {card.against === undefined ? null : ` · ${t(`scorecard.${card.against}`)}`}
      </div>
      {path === '' && open === '' ? null : (
        <div className="scorecard-trend">
          {onPick === undefined ? (
            <span className="scorecard-line-of" title={spans}>
              <Trend path={path} open={open} mark={mark} />
              <span className="visually-hidden">{spans}</span>
            </span>
          ) : (
            <button
              type="button"
              className="plain scorecard-line-of"
              aria-label={`${t('scorecard.pick')}. ${spans}`}
              title={`${spans} ${t('scorecard.pick')}`}
              onClick={(event) => {
                const { left, width } = event.currentTarget.getBoundingClientRect();
                // By the keyboard: the newest moment.
                const part = event.detail === 0 || width === 0 ? 1 : (event.clientX - left) / width;
                onPick(trendPicks(widget, data, part));
              }}
            >
              <Trend path={path} open={open} mark={mark} />
            </button>
          )}
          {range === undefined ? null : (
            <span className="scorecard-range numbers" aria-hidden="true">
              <span>{write(range.most)}</span>
              {range.least === range.most ? null : <span>{write(range.least)}</span>}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

/** `open` is the way to the moment that is not over, `mark` the place of the chosen one, of 100. */
function Trend({ path, open, mark }: { path: string; open: string; mark: number | undefined }) {
  return (
    <svg className="widget-canvas" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      {mark === undefined ? null : (
        <path d={`M${mark} 0V30`} stroke="currentColor" strokeWidth="2" vectorEffect="non-scaling-stroke" />
      )}
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        vectorEffect="non-scaling-stroke"
        opacity={mark === undefined ? 1 : FADED}
      />
      {open === '' ? null : (
        <path
          d={open}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeDasharray="3 4"
          opacity={mark === undefined ? 1 : FADED}
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}

/** The number on its way to `target`; at once when there was none, or when the reader wants no motion. */
function useMoving(target: number | null): number | null {
  const [shown, setShown] = useState(target);
  const current = useRef(target);
  useEffect(() => {
    const from = current.current;
    if (target === null || from === null || from === target || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      current.current = target;
      setShown(target);
      return undefined;
    }
    const began = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const part = Math.min(1, (now - began) / TIMES.move);
      current.current = onTheWay(from, target, part);
      setShown(current.current);
      if (part < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [target]);
  return shown;
}
