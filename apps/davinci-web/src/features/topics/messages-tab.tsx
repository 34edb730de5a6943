/** Decides how the messages of a topic are looked through: page by page in the order that was asked for, one opened at a time. */
import type { MessagePage, TopicMessage } from '@rtdp/dbus/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../../api/client.ts';
import { keyOf } from '../../api/use-api.ts';
import { Exact, Null, Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { dbusPath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useWording } from '../console/use-wording.ts';
import { idRange } from './id-range.ts';
import { MessageDetail } from './message-detail.tsx';
import { inOrder, messageQuery, useMessageQuestion } from './message-question.ts';
import { MessageSearch } from './message-search.tsx';
import type { Topic } from './topics.ts';

export function MessagesTab({ topic, partitions }: { topic: Topic; partitions: readonly number[] }): ReactNode {
  const { t } = useTranslation('console-health');
  const words = useWording();
  const [question, ask] = useMessageQuestion();
  const [opened, setOpened] = useUrlState<string>('message', '');
  const path = dbusPath('topics', topic.name, 'messages');
  const query = messageQuery(question);
  const pages = useInfiniteQuery<MessagePage, ApiError, MessagePage[], unknown[], string | null>({
    queryKey: keyOf(path, query),
    queryFn: ({ pageParam, signal }) =>
      api<MessagePage>(path, { signal, query: { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    select: ({ pages: read }) => read,
    // What was read is shown until somebody asks again: messages do not change, and a list that moves cannot be read.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const columns: ListColumn<TopicMessage>[] = [
    {
      key: 'at',
      title: t('messages.column.at'),
      sort: ({ at }) => at,
      cell: (message) => (
        <Button type="link" size="small" onClick={() => setOpened(placeOf(message))}>
          <When at={message.at} />
        </Button>
      ),
    },
    { key: 'partition', title: t('topics.partition'), align: 'end', cell: ({ partition }) => partition },
    { key: 'offset', title: t('messages.column.offset'), align: 'end', cell: ({ offset }) => <Exact value={offset} /> },
    { key: 'kind', title: t('messages.column.kind'), cell: ({ kind, form }) => kind ?? t(`messages.form.${form}`) },
    {
      key: 'rows',
      title: t('messages.column.rows'),
      align: 'end',
      sort: ({ rows }) => rows,
      cell: ({ rows }) => <Quantity value={rows} />,
    },
    {
      key: 'bytes',
      title: t('messages.column.size'),
      align: 'end',
      sort: ({ bytes }) => bytes,
      cell: ({ bytes }) => <Quantity value={bytes} format={{ kind: 'bytes' }} />,
    },
    {
      key: 'what',
      title: t('messages.column.namespace'),
      wide: true,
      cell: ({ namespace, key }) => {
        const what = namespace ?? key;
        return what === null ? <Null /> : <code title={what}>{what}</code>;
      },
    },
    {
      key: 'ids',
      title: 'ums_id_',
      cell: ({ firstId, lastId }) =>
        firstId === null || lastId === null ? (
          <Null />
        ) : (
          <code title={firstId === lastId ? firstId : `${firstId} … ${lastId}`}>{idRange(firstId, lastId)}</code>
        ),
    },
  ];
  const looked = (pages.data ?? []).reduce(
    (sum, page) => ({ messages: sum.messages + page.looked.messages, bytes: sum.bytes + page.looked.bytes }),
    { messages: 0, bytes: 0 },
  );
  const [partition, offset] = opened.split('/');
  return (
    <div className="stack">
      <MessageSearch
        key={JSON.stringify(question)}
        question={question}
        partitions={partitions}
        busy={pages.isFetching}
        onAsk={(next) => {
          ask(next);
          // The same question again is a wish to see what has come since.
          if (JSON.stringify(next) === JSON.stringify(question)) void pages.refetch();
        }}
      />
      {partition !== undefined && offset !== undefined ? (
        <MessageDetail topic={topic} partition={partition} offset={offset} onClose={() => setOpened(undefined)} />
      ) : null}
      <Answer query={pages} shape="lines">
        {(read) => {
          const messages = inOrder(
            read.flatMap((page) => page.messages),
            question.from,
          );
          return (
            <>
              {messages.length === 0 ? (
                <Empty title={t('messages.empty.title')}>{t('messages.empty.text')}</Empty>
              ) : (
                <ListTable
                  label={t('messages.title')}
                  rows={messages}
                  columns={columns}
                  rowKey={placeOf}
                  chosen={opened}
                  onChoose={(message) => setOpened(placeOf(message))}
                />
              )}
              <div className="row">
                {pages.hasNextPage ? (
                  <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                    {t(messages.length === 0 ? 'messages.lookOn' : 'messages.more')}
                  </Button>
                ) : (
                  <span className="muted small">{t('messages.noMore')}</span>
                )}
                <span className="muted small">
                  {t('messages.looked', { count: looked.messages, bytes: words.bytes(looked.bytes) })}
                </span>
              </div>
            </>
          );
        }}
      </Answer>
    </div>
  );
}

function placeOf({ partition, offset }: TopicMessage): string {
  return `${partition}/${offset}`;
}
