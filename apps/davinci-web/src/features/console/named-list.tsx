/** Decides how a page lists things that have a page of their own: what they are for, one way to add one, a row that leads to each. */
import { PlusOutlined } from '@ant-design/icons';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '../../api/client.ts';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { type ListColumn, ListTable } from './list-table.tsx';

export interface NamedListProps<Row> {
  title: string;
  description: string;
  query: UseQueryResult<Row[], ApiError>;
  columns: ListColumn<Row>[];
  nameOf: (row: Row) => string;
  pathOf: (row: Row) => string;
  /** Left out for those who may not. */
  add?: { word: string; path: string } | undefined;
  empty: { title: string; text: string };
}

export function NamedList<Row>(props: NamedListProps<Row>): ReactNode {
  const { title, description, query, columns, nameOf, pathOf, add, empty } = props;
  const go = useGo();
  const button =
    add === undefined ? undefined : (
      <Button type="primary" icon={<PlusOutlined />} onClick={() => go(add.path)}>
        {add.word}
      </Button>
    );
  return (
    <Page
      title={title}
      description={description}
      size="wide"
      // Where there is nothing yet, it stands where that is told.
      actions={query.data?.length === 0 ? undefined : button}
    >
      <Answer
        query={query}
        shape="lines"
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={empty.title} {...(button === undefined ? {} : { action: button })}>
            {empty.text}
          </Empty>
        }
      >
        {(list) => (
          <ListTable label={title} rows={list} columns={columns} rowKey={nameOf} onChoose={(row) => go(pathOf(row))} />
        )}
      </Answer>
    </Page>
  );
}
