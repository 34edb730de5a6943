/** Decides how a list of things is shown: a plain table that sorts, whose rows lead to their page, and that shows many rows in steps. */
import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Null } from '../../shell/quantity.tsx';
import './console.css';

export interface ListColumn<Row> {
  key: string;
  title: string;
  /** The title is for readers of the screen only: columns of buttons and check boxes. */
  quiet?: boolean;
  align?: 'end';
  /** Takes what room is left, and cuts what does not fit. */
  wide?: boolean;
  /** Takes what room is left, and as many lines as it needs. */
  wraps?: boolean;
  /** Left out where there is little room: the page of the thing itself tells it. */
  seldom?: boolean;
  cell: (row: Row) => ReactNode;
  sort?: (row: Row) => number | string | null;
}

export interface ListTableProps<Row> {
  /** What the table lists, for readers of the screen. */
  label: string;
  rows: readonly Row[];
  columns: readonly ListColumn<Row>[];
  rowKey: (row: Row) => string;
  chosen?: string | undefined;
  onChoose?: (row: Row) => void;
  firstSort?: { key: string; direction: 'ascending' | 'descending' };
}

const STEP = 200;

export function ListTable<Row>(props: ListTableProps<Row>): ReactNode {
  const { t } = useTranslation('console');
  const { rows, columns, rowKey } = props;
  const [sort, setSort] = useState(props.firstSort);
  const [shown, setShown] = useState(STEP);
  const sorted = useMemo(() => {
    const by = columns.find(({ key }) => key === sort?.key)?.sort;
    if (by === undefined) return rows;
    const sign = sort?.direction === 'descending' ? -1 : 1;
    return [...rows].sort((a, b) => sign * compare(by(a), by(b)));
  }, [rows, columns, sort]);
  const toggle = (key: string): void =>
    setSort((before) => ({
      key,
      direction: before?.key === key && before.direction === 'ascending' ? 'descending' : 'ascending',
    }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="list" aria-label={props.label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classOf(column)}
                {...(sort?.key === column.key ? { 'aria-sort': sort.direction } : {})}
              >
                {column.sort === undefined ? (
                  <span className={column.quiet ? 'visually-hidden' : ''}>{column.title}</span>
                ) : (
                  <button type="button" className="plain list-sort" onClick={() => toggle(column.key)}>
                    {column.title}
                    {sort?.key !== column.key ? null : sort.direction === 'ascending' ? (
                      <CaretUpOutlined aria-hidden />
                    ) : (
                      <CaretDownOutlined aria-hidden />
                    )}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, shown).map((row) => {
            const key = rowKey(row);
            return (
              <tr
                key={key}
                className={`${props.chosen === key ? 'chosen' : ''} ${props.onChoose ? 'choosable' : ''}`}
                {...(props.onChoose === undefined
                  ? {}
                  : { onClick: (event) => chooseUnlessControl(event.target, () => props.onChoose?.(row)) })}
              >
                {columns.map((column) => (
                  <td key={column.key} className={classOf(column)}>
                    {shownIn(column, column.cell(row))}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length <= shown ? null : (
        <Button type="link" onClick={() => setShown((count) => count + STEP)}>
          {t('showMore', { count: sorted.length - shown })}
        </Button>
      )}
    </section>
  );
}

/** Nothing to tell is told by a dash; a column of buttons may have none. */
function shownIn<Row>({ quiet }: ListColumn<Row>, content: ReactNode): ReactNode {
  const isNothing = content === null || content === undefined || content === '';
  return isNothing && !quiet ? <Null /> : content;
}

function classOf<Row>({ align, wide, wraps, seldom }: ListColumn<Row>): string {
  return `${align ?? ''} ${wide ? 'wide' : ''} ${wraps ? 'wraps' : ''} ${seldom ? 'seldom' : ''}`;
}

/** A press on a link, a button or a field inside a row means that, not the row. */
function chooseUnlessControl(target: EventTarget, choose: () => void): void {
  if (target instanceof Element && target.closest('a, button, input, label') !== null) return;
  choose();
}

function compare(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
