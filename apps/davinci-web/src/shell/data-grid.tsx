/** Decides how rows are shown: a grid that draws only what is visible, sorts, resizes, is walked by the arrow keys and copies to a spreadsheet. */
import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons';
import { observeElementRect, useVirtualizer } from '@tanstack/react-virtual';
import {
  type ClipboardEvent,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from './appearance.tsx';
import { guessWidth, type Measure, NARROWEST } from './column-width.ts';
import { formatNumber, type NumberFormat } from './numbers.ts';
import { Null } from './quantity.tsx';
import { type GridSort, nextSort, sortedOrder } from './sort-rows.ts';
import { textWidth } from './text-width.ts';
import { ROW_HEIGHT, TEXT } from './tokens.ts';

export type CellValue = string | number | boolean | null;

export interface GridColumn {
  key: string;
  title: string;
  /** Aligned to the right, sorted as a number and written in the reader's format. */
  numeric?: boolean;
  format?: NumberFormat;
  /** Pixels at first; else guessed from the values. */
  width?: number;
  /** Writes a value that is there, instead of as it is; the copied text stays the plain value. */
  write?: (value: CellValue) => string;
  /** Draws a value in its own way; the copied text stays the plain value. */
  render?: (value: CellValue, rowIndex: number) => ReactNode;
  /** Dresses the cell, for conditional formatting. */
  style?: (value: CellValue) => CSSProperties | undefined;
}

export interface DataGridProps {
  label: string;
  columns: readonly GridColumn[];
  /** One array of values per row, in the order of the columns. */
  rows: readonly (readonly CellValue[])[];
  /** Without a border, inside of something that has one. */
  bare?: boolean;
  onRow?: (rowIndex: number) => void;
  /** Marked, for example the selected or the filtered one. */
  isChosen?: (rowIndex: number) => boolean;
  empty?: ReactNode;
}

const measure: Measure = (content, bold) => textWidth(content, TEXT[1], bold ? 600 : 400);

export function DataGrid({ label, columns, rows, bare, onRow, isChosen, empty }: DataGridProps): ReactNode {
  const { t, i18n } = useTranslation('shell');
  const { density } = useAppearance();
  const place = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<GridSort>();
  const [widths, setWidths] = useState<Record<string, number>>({});
  const [active, setActive] = useState<[number, number]>([0, 0]);
  const [anchor, setAnchor] = useState<[number, number]>([0, 0]);
  const height = ROW_HEIGHT[density];

  const order = useMemo(() => sortedOrder(rows, columns, sort), [rows, columns, sort]);
  const text = useCallback(
    (value: CellValue, column: GridColumn) =>
      value === null
        ? null
        : column.write !== undefined
          ? column.write(value)
          : column.numeric && typeof value !== 'boolean'
            ? // Without a format it is what the store said, digit for digit.
              formatNumber(value, i18n.language, column.format, column.format === undefined ? 'exact' : 'cell')
            : typeof value === 'boolean'
              ? t(value ? 'yes' : 'no')
              : value,
    [i18n.language, t],
  );
  const guessed = useMemo(
    () =>
      columns.map((column, index) => guessWidth(column, rows, index, (value) => String(text(value, column)), measure)),
    [columns, rows, text],
  );
  const width = (index: number) => widths[columns[index]!.key] ?? columns[index]!.width ?? guessed[index]!.width;
  // In a narrow place texts are cut before anything is out of sight; what a reader has drawn stays as drawn.
  const narrowest = (index: number) =>
    widths[columns[index]!.key] === undefined ? Math.min(width(index), guessed[index]!.narrowest) : width(index);
  // The room that is left is shared; what a reader has drawn does not grow either.
  const sizeOf = (index: number): CSSProperties => ({
    width: width(index),
    minWidth: narrowest(index),
    flexGrow: widths[columns[index]!.key] === undefined ? 1 : 0,
  });
  const minWidth = columns.reduce((sum, _, index) => sum + narrowest(index), 0);
  const virtual = useVirtualizer({
    count: order.length,
    getScrollElement: () => place.current,
    estimateSize: () => height,
    observeElementRect: observeRoom,
    overscan: 8,
  });

  const move = (row: number, column: number, extend: boolean) => {
    const next: [number, number] = [
      Math.min(Math.max(row, 0), order.length - 1),
      Math.min(Math.max(column, 0), columns.length - 1),
    ];
    setActive(next);
    if (!extend) setAnchor(next);
    virtual.scrollToIndex(next[0]);
    requestAnimationFrame(() =>
      place.current?.querySelector<HTMLElement>(`[data-cell="${next[0]}:${next[1]}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [row, column] = active;
    const page = Math.max(1, Math.floor((place.current?.clientHeight ?? 0) / height) - 2);
    const to: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [order.length - 1, columns.length - 1] : [row, columns.length - 1],
    };
    const target = to[event.key];
    if (target !== undefined) {
      event.preventDefault();
      move(target[0], target[1], event.shiftKey);
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      setAnchor([0, 0]);
      setActive([order.length - 1, columns.length - 1]);
    } else if (event.key === 'Enter' && onRow !== undefined && order[row] !== undefined) {
      event.preventDefault();
      onRow(order[row]);
    }
  };
  const selection = {
    top: Math.min(active[0], anchor[0]),
    bottom: Math.max(active[0], anchor[0]),
    left: Math.min(active[1], anchor[1]),
    right: Math.max(active[1], anchor[1]),
  };
  const several = selection.top !== selection.bottom || selection.left !== selection.right;
  const onCopy = (event: ClipboardEvent) => {
    if (window.getSelection()?.isCollapsed === false) return;
    const chosen = columns.slice(selection.left, selection.right + 1);
    const lines = order
      .slice(selection.top, selection.bottom + 1)
      .map((row) => chosen.map((_, index) => plain(rows[row]?.[selection.left + index] ?? null)).join('\t'));
    if (several) lines.unshift(chosen.map((column) => column.title).join('\t'));
    event.clipboardData.setData('text/plain', lines.join('\n'));
    event.preventDefault();
  };
  const resize = (index: number) => (down: PointerEvent<HTMLElement>) => {
    const handle = down.currentTarget;
    const from = down.clientX;
    // What stands before it stays as it stands, or the edge would run away from the pointer.
    const before = [...(handle.closest('[role="row"]')?.children ?? [])].slice(0, index + 1);
    const stood = before.map((cell, at) => [columns[at]!.key, cell.getBoundingClientRect().width] as const);
    const [key, wide] = stood[index] ?? [columns[index]!.key, width(index)];
    handle.setPointerCapture(down.pointerId);
    handle.onpointermove = (event) =>
      setWidths((all) => ({
        ...all,
        ...Object.fromEntries(stood),
        [key]: Math.max(NARROWEST, wide + event.clientX - from),
      }));
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };

  if (rows.length === 0 && empty !== undefined) return empty;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot be virtual and keep its head in place.
    <div
      ref={place}
      className={`grid ${bare ? 'bare' : ''}`}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      onKeyDown={onKeyDown}
      onCopy={onCopy}
      tabIndex={rows.length === 0 ? 0 : -1}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its cells are. */}
      <div className="grid-head" role="row" aria-rowindex={1} style={{ minWidth }}>
        {columns.map((column, index) => (
          // biome-ignore lint/a11y/useSemanticElements: see above.
          <div
            key={column.key}
            role="columnheader"
            tabIndex={-1}
            className={`grid-cell ${column.numeric ? 'number' : ''}`}
            style={{ ...sizeOf(index), height }}
            aria-colindex={index + 1}
            aria-sort={sort?.column === index ? (sort.direction === 'asc' ? 'ascending' : 'descending') : 'none'}
          >
            <button
              type="button"
              className="plain grid-name"
              title={column.title}
              onClick={() => setSort(nextSort(sort, index, column.numeric ?? false))}
            >
              <span className="ellipsis">{column.title}</span>
              {sort?.column === index ? sort.direction === 'asc' ? <CaretUpOutlined /> : <CaretDownOutlined /> : null}
            </button>
            <span className="grid-handle" onPointerDown={resize(index)} aria-hidden="true" />
          </div>
        ))}
      </div>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {virtual.getVirtualItems().map((line) => {
          const rowIndex = order[line.index]!;
          const row = rows[rowIndex]!;
          return (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            // biome-ignore lint/a11y/useFocusableInteractive: its cells are.
            <div
              key={line.key}
              role="row"
              aria-rowindex={line.index + 2}
              {...(isChosen === undefined ? {} : { 'aria-selected': isChosen(rowIndex) })}
              className={`grid-line ${isChosen?.(rowIndex) ? 'chosen' : ''}`}
              style={{ height, minWidth, transform: `translateY(${line.start}px)` }}
            >
              {columns.map((column, index) => {
                const value = row[index] ?? null;
                const written = text(value, column);
                const isActive = active[0] === line.index && active[1] === index;
                const inside =
                  several &&
                  line.index >= selection.top &&
                  line.index <= selection.bottom &&
                  index >= selection.left &&
                  index <= selection.right;
                return (
                  // biome-ignore lint/a11y/useSemanticElements: see above.
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the grid's.
                  <div
                    key={column.key}
                    role="gridcell"
                    data-cell={`${line.index}:${index}`}
                    tabIndex={isActive ? 0 : -1}
                    aria-colindex={index + 1}
                    className={`grid-cell ${column.numeric ? 'number' : ''} ${inside ? 'chosen' : ''}`}
                    style={{ ...sizeOf(index), ...column.style?.(value) }}
                    title={
                      written === null
                        ? undefined
                        : column.numeric && column.write === undefined && typeof value !== 'boolean' && value !== null
                          ? formatNumber(value, i18n.language, column.format, 'exact')
                          : // What is written in another way is told as it is.
                            column.write === undefined
                            ? String(written)
                            : plain(value)
                    }
                    onClick={(event) => {
                      move(line.index, index, event.shiftKey);
                      if (!event.shiftKey) onRow?.(rowIndex);
                    }}
                  >
                    {column.render !== undefined ? (
                      column.render(value, rowIndex)
                    ) : written === null ? (
                      <Null />
                    ) : column.numeric ? (
                      // Where it does not fit, its beginning gives way, with a mark: what is left of a number is read as one.
                      <span>
                        <bdi>{written}</bdi>
                      </span>
                    ) : (
                      <span>{written}</span>
                    )}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/**
 * The room for rows. A grid in a panel that is being opened is measured before it is in the page: until it is laid out it counts as high as the
 * window, so that its rows are there from the first moment.
 */
const observeRoom: typeof observeElementRect<HTMLDivElement> = (instance, tell) =>
  observeElementRect(instance, (room) => tell(room.height > 0 ? room : { ...room, height: window.innerHeight }));

function plain(value: CellValue): string {
  return value === null ? '' : String(value);
}
