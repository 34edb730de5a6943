/** Shows a pivot. */
import { PivotSheet, type S2DataConfig, type S2Options } from '@antv/s2';
import { useEffect, useMemo, useRef } from 'react';
import { FONT, LENGTHS, type Palette, TEXT } from '../../shell/tokens.ts';
import type { WidgetViewProps } from '../contract.ts';
import { useChartContext } from '../use-chart-context.ts';
import { useSize } from '../use-size.ts';
import { toPivot } from './to-option.ts';

export default function View({ widget, data, colours, pictureRef }: WidgetViewProps) {
  const context = useChartContext(colours);
  const place = useRef<HTMLDivElement>(null);
  const sheet = useRef<PivotSheet>(undefined);
  const size = useSize(place);
  const pivot = useMemo(() => toPivot(widget, data, context), [widget, data, context]);

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    const config: S2DataConfig = { fields: pivot.fields, meta: pivot.meta, data: pivot.data };
    const totals = {
      showGrandTotals: pivot.totals,
      showSubTotals: false,
      reverseGrandTotalsLayout: false,
      calcGrandTotals: { aggregation: 'SUM' as never },
    };
    const options: S2Options = {
      width: size.width,
      height: size.height,
      tooltip: { enable: false },
      style: { layoutWidthType: 'compact' as never },
      interaction: { copy: { enable: true, withHeader: true, withFormat: false } },
      totals: { row: totals, col: { ...totals, showGrandTotals: pivot.totals && pivot.fields.columns.length > 0 } },
    };
    if (sheet.current === undefined) sheet.current = new PivotSheet(place.current, config, options);
    else {
      sheet.current.setDataCfg(config, true);
      sheet.current.setOptions(options);
    }
    sheet.current.setThemeCfg({ theme: sheetTheme(context.palette) as never });
    void sheet.current.render();
  }, [pivot, size, context]);

  useEffect(() => {
    pictureRef?.(async () => place.current?.querySelector('canvas')?.toDataURL('image/png') ?? '');
    return () => {
      pictureRef?.(undefined);
      sheet.current?.destroy();
      sheet.current = undefined;
    };
  }, [pictureRef]);

  return <div ref={place} className="widget-canvas" role="img" aria-label={widget.name} />;
}

function sheetTheme(palette: Palette): unknown {
  const text = (fill: string, bold = false) => ({
    fill,
    fontFamily: FONT.sans,
    fontSize: TEXT[1],
    fontWeight: bold ? 600 : 400,
    linkTextFill: palette.accent,
  });
  const cell = (fill: string) => ({
    backgroundColor: fill,
    crossBackgroundColor: fill,
    horizontalBorderColor: palette.line,
    verticalBorderColor: palette.line,
    horizontalBorderWidth: LENGTHS.line,
    verticalBorderWidth: LENGTHS.line,
    interactionState: {
      hover: { backgroundColor: palette.raised },
      hoverFocus: { backgroundColor: palette.raised, borderColor: palette.accent },
      selected: { backgroundColor: palette['accent-soft'] },
      prepareSelect: { borderColor: palette.accent },
    },
  });
  const head = {
    text: text(palette['text-muted'], true),
    bolderText: text(palette.text, true),
    measureText: text(palette['text-muted']),
    cell: cell(palette.surface),
  };
  return {
    background: { color: palette.surface, opacity: 0 },
    cornerCell: head,
    rowCell: { ...head, text: text(palette.text) },
    colCell: head,
    dataCell: { text: text(palette.text), bolderText: text(palette.text, true), cell: cell(palette.surface) },
    splitLine: {
      horizontalBorderColor: palette['line-strong'],
      verticalBorderColor: palette['line-strong'],
      horizontalBorderWidth: LENGTHS.line,
      verticalBorderWidth: LENGTHS.line,
      showShadow: false,
    },
    scrollBar: {
      thumbColor: palette['line-strong'],
      thumbHoverColor: palette['text-faint'],
      trackColor: 'transparent',
    },
  };
}
