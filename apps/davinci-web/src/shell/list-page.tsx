/** Decides how a page lists what can be searched, made and removed there: nothing yet and nothing found are told apart, each with its next step. */
import { PlusOutlined } from '@ant-design/icons';
import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import type { List } from '../api/use-api.ts';
import { Page, type PageProps } from './page.tsx';
import { SearchField } from './search-field.tsx';
import { Answer, Empty } from './states.tsx';

export interface ListPageProps<Row> extends Pick<PageProps, 'title' | 'description' | 'size'> {
  query: UseQueryResult<List<Row>, ApiError>;
  shape: 'cards' | 'lines';
  search: { label: string; value: string; onChange: (value: string) => void };
  /** Where the search looks. */
  textOf: (row: Row) => string;
  /** Removed a moment ago. */
  isHidden: (row: Row) => boolean;
  /** Left out for those who may not. */
  add?: { word: string; run: () => void } | undefined;
  empty: { title: string; text: string };
  /** Told when the search finds nothing. */
  none: string;
  children: (shown: Row[], all: readonly Row[]) => ReactNode;
}

export function ListPage<Row>(props: ListPageProps<Row>): ReactNode {
  const { query, search, add, empty, ...page } = props;
  const button =
    add === undefined ? undefined : (
      <Button type="primary" icon={<PlusOutlined />} onClick={add.run}>
        {add.word}
      </Button>
    );
  const isNone = query.data?.items.length === 0;
  const wanted = search.value.toLowerCase();
  return (
    <Page
      title={page.title}
      description={page.description}
      {...(page.size === undefined ? {} : { size: page.size })}
      // Where there is nothing yet, it stands where that is told.
      actions={isNone ? undefined : button}
    >
      {isNone ? null : <SearchField {...search} />}
      <Answer
        query={query}
        shape={page.shape}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title={empty.title} {...(button === undefined ? {} : { action: button })}>
            {empty.text}
          </Empty>
        }
      >
        {({ items }) => {
          const shown = items.filter((row) => !page.isHidden(row) && page.textOf(row).toLowerCase().includes(wanted));
          return shown.length === 0 ? <Empty title={page.none} /> : page.children(shown, items);
        }}
      </Answer>
    </Page>
  );
}
