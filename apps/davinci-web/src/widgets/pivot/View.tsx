/** Shows a pivot. */
import { PivotSheet, type S2DataConfig, S2Event, type S2Options, setLang } from '@antv/s2';
import { useEffect, useMemo, useRef } from 'react';
import { FONT, LENGTHS, type Palette, TEXT } from '../../shell/tokens.ts';
import type { Pick, WidgetDefinition, WidgetViewProps } from '../contract.ts';
import { isPivotPicked, pivotPicks } from '../picks.ts';
import { useChartContext } from '../use-chart-context.ts';
import { useSize } from '../use-size.ts';
import { FillingFacet } from './filling-facet.ts';
import { toPivot } from './to-option.ts';

/** What a cell stands for: a head says it in `query`, a number by its row and its column. */
interface CellMeta {
  query?: Record<string, unknown>;
  rowQuery?: Record<string, unknown>;
  colQuery?: Record<string, unknown>;
}

const NONE: readonly Pick[] = [];

export default function View({ widget, data, colours, onPick, chosen = NONE, pictureRef }: WidgetViewProps) {
  const context = useChartContext(colours);
  const place = useRef<HTMLDivElement>(null);
  const sheet = useRef<PivotSheet>(undefined);
  const size = useSize(place);
  const pick = useRef<(query: Readonly<Record<string, unknown>>) => void>(undefined);
  pick.current = onPick === undefined ? undefined : (query) => onPick(pivotPicks(widget, data, query));
  const pivot = useMemo(() => toPivot(widget, data, context), [widget, data, context]);

  useEffect(() => {
    if (place.current === null || size.width === 0 || size.height === 0) return;
    // Its own words: "Total".
    setLang(context.language === 'zh' ? 'zh_CN' : 'en_US');
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
      facet: (spreadsheet) => new FillingFacet(spreadsheet),
      interaction: { copy: { enable: true, withHeader: true, withFormat: false } },
      // No fields rather than no conditions: what the sheet is not told of stays.
      conditions: conditionsOf(widget, chosen.length === 0 ? [] : pivot.fields.values, chosen, context.palette),
      totals: { row: totals, col: { ...totals, showGrandTotals: pivot.totals && pivot.fields.columns.length > 0 } },
    };
    if (sheet.current === undefined) {
      const made = new PivotSheet(place.current, config, options);
      for (const event of [S2Event.DATA_CELL_CLICK, S2Event.ROW_CELL_CLICK, S2Event.COL_CELL_CLICK] as const) {
        made.on(event, (clicked) => {
          const meta = made.getCell(clicked.target)?.getMeta() as CellMeta | undefined;
          if (meta !== undefined) pick.current?.(meta.query ?? { ...meta.rowQuery, ...meta.colQuery });
        });
      }
      sheet.current = made;
    } else {
      sheet.current.setDataCfg(config, true);
      sheet.current.setOptions(options);
    }
    sheet.current.setThemeCfg({ theme: sheetTheme(context.palette) as never });
    void sheet.current.render();
  }, [widget, pivot, size, context, chosen]);

  const ground = context.palette.surface;
  useEffect(() => {
    pictureRef?.(async () => {
      const drawn = place.current?.querySelector('canvas');
      if (!drawn) return '';
      // The sheet itself has no ground.
      const whole = document.createElement('canvas');
      whole.width = drawn.width;
      whole.height = drawn.height;
      const brush = whole.getContext('2d')!;
      brush.fillStyle = ground;
      brush.fillRect(0, 0, whole.width, whole.height);
      brush.drawImage(drawn, 0, 0);
      return whole.toDataURL('image/png');
    });
    return () => pictureRef?.(undefined);
  }, [pictureRef, ground]);

  useEffect(
    () => () => {
      sheet.current?.destroy();
      sheet.current = undefined;
    },
    [],
  );

  return <div ref={place} className="widget-canvas" role="img" aria-label={widget.name} />;
}

/** What is chosen has a ground of its own, and the numbers beside it fade. */
function conditionsOf(widget: WidgetDefinition, fields: string[], chosen: readonly Pick[], palette: Palette) {
  const isChosen = (record: unknown) =>
    isPivotPicked(widget, (record ?? {}) as Readonly<Record<string, unknown>>, chosen);
  return {
    background: fields.map((field) => ({
      field,
      mapping: (_: unknown, record: unknown) => (isChosen(record) ? { fill: palette['accent-soft'] } : null),
    })),
    text: fields.map((field) => ({
      field,
      mapping: (_: unknown, record: unknown) => ({ fill: isChosen(record) ? palette.text : palette['text-faint'] }),
    })),
  };
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
