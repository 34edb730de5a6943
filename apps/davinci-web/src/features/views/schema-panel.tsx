/** Decides how the tables of a source are found while writing: by name, with their columns; a press writes the name where the caret is. */
import { ReloadOutlined } from '@ant-design/icons';
import type { SourceTables } from '@rtdp/davinci-api/client';
import { Button, Input, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { Answer, Empty } from '../../shell/states.tsx';
import { quoteIdentifier } from './completion-schema.ts';

export function SchemaPanel(props: {
  sources: readonly { id: string; name: string }[];
  sourceId: string;
  onSource: (id: string) => void;
  tables: {
    data: SourceTables | undefined;
    error: ApiError | null;
    isPending: boolean;
    isFetching: boolean;
    refetch: () => unknown;
  };
  onInsert: (text: string) => void;
}): ReactNode {
  const { t } = useTranslation('views');
  const [find, setFind] = useState('');
  const wanted = find.trim().toLowerCase();
  return (
    <section className="editor-schema" aria-label={t('schema.label')}>
      <div className="row">
        <Select
          className="grow"
          aria-label={t('schema.source')}
          value={props.sourceId === '' ? undefined : props.sourceId}
          placeholder={t('schema.source')}
          onChange={props.onSource}
          options={props.sources.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button
          type="text"
          icon={<ReloadOutlined />}
          loading={props.tables.isFetching}
          aria-label={t('schema.reload')}
          title={t('schema.reload')}
          onClick={() => void props.tables.refetch()}
        />
      </div>
      <Input
        allowClear
        placeholder={t('schema.find')}
        aria-label={t('schema.find')}
        onChange={(event) => setFind(event.target.value)}
      />
      {props.sourceId === '' ? null : (
        <Answer query={props.tables} shape="lines">
          {({ databases }) => {
            const shown = databases
              .map((database) => ({
                ...database,
                tables: database.tables.filter(
                  ({ name, columns }) =>
                    wanted === '' ||
                    `${database.name}.${name}`.toLowerCase().includes(wanted) ||
                    columns.some((column) => column.name.toLowerCase().includes(wanted)),
                ),
              }))
              .filter(({ tables }) => tables.length > 0);
            if (shown.length === 0) return <Empty small title={wanted === '' ? t('schema.empty') : t('schema.none')} />;
            return (
              <div className="schema-tree">
                {shown.map((database) => (
                  <section key={database.name}>
                    <h2>{database.name}</h2>
                    {database.tables.map((table) => (
                      <details key={table.name} open={wanted !== '' && database.tables.length < 4}>
                        <summary title={table.comment ?? table.name}>
                          <span className="ellipsis">{table.name}</span>
                          {table.sinkNamespace === null ? null : (
                            <span className="schema-live" title={t('schema.liveHint')}>
                              {t('schema.live')}
                            </span>
                          )}
                        </summary>
                        <button
                          type="button"
                          className="plain schema-name"
                          onClick={() =>
                            props.onInsert(
                              `${quoteIdentifier(database.name)}.${quoteIdentifier(table.plainName ?? table.name)}`,
                            )
                          }
                        >
                          {t('schema.insertTable')}
                        </button>
                        {table.columns.map((column) => (
                          <button
                            key={column.name}
                            type="button"
                            className="plain schema-name"
                            title={column.comment ?? t('schema.insert', { name: column.name })}
                            onClick={() => props.onInsert(quoteIdentifier(column.name))}
                          >
                            <span className="ellipsis">{column.name}</span>
                            <span className="muted small ellipsis">{column.type}</span>
                          </button>
                        ))}
                      </details>
                    ))}
                  </section>
                ))}
              </div>
            );
          }}
        </Answer>
      )}
    </section>
  );
}
