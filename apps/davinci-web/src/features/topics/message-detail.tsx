/** Decides how one message is opened: its rows as a table, where they came from and where they went, and its bytes. */
import type { MessageDetail as Detail } from '@rtdp/dbus/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { DataGrid } from '../../shell/data-grid.tsx';
import { Link } from '../../shell/link.tsx';
import { formatNumber } from '../../shell/numbers.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer } from '../../shell/states.tsx';
import { dbusPath } from '../console/console-api.ts';
import { RawBytes } from '../console/raw-bytes.tsx';
import { Reason } from '../console/reason.tsx';
import { Statement } from '../console/statement.tsx';
import { MessageTrace } from './message-trace.tsx';
import { readOrigin } from './read-origin.ts';
import type { Topic } from './topics.ts';
import './topics.css';

export function MessageDetail(props: {
  topic: Topic;
  partition: string;
  offset: string;
  onClose: () => void;
}): ReactNode {
  const { t, i18n } = useTranslation('console-health');
  const { topic, partition, offset, onClose } = props;
  const number = formatNumber(offset, i18n.language, { kind: 'number' }, 'exact');
  const message = useApi<Detail>(dbusPath('topics', topic.name, 'messages', partition, offset));
  return (
    <section className="card stack" aria-label={t('messages.one')}>
      <div className="row">
        <h2 className="grow">{t('messages.oneAt', { partition, offset: number })}</h2>
        <Button onClick={onClose}>{t('messages.close')}</Button>
      </div>
      <Answer query={message} shape="lines">
        {(one) => <Opened topic={topic} message={one} />}
      </Answer>
    </section>
  );
}

function Opened({ topic, message }: { topic: Topic; message: Detail }): ReactNode {
  const { t } = useTranslation('console-health');
  const origin = readOrigin(message.context);
  return (
    <>
      {message.problem === null ? null : <Reason reason={message.problem} kind="late" />}
      <dl className="facts">
        <dt>{t('messages.column.kind')}</dt>
        <dd>
          {message.kind === null ? t(`messages.form.${message.form}`) : <code>{message.kind}</code>}
          {message.version === null ? '' : ` · UMS ${message.version}`}
        </dd>
        {message.namespace === null ? null : (
          <>
            <dt>{t('messages.column.namespace')}</dt>
            <dd>
              <code>{message.namespace}</code>
            </dd>
          </>
        )}
        <dt>{t('messages.key')}</dt>
        <dd>{message.key === null ? t('messages.noKey') : <code>{message.key}</code>}</dd>
        <dt>{t('messages.written')}</dt>
        <dd>
          <When at={message.at} />
        </dd>
        {Object.entries(message.headers).map(([name, value]) => (
          <div key={name} className="message-header">
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
      {message.fields.length === 0 || message.tuples.length === 0 ? null : <Rows message={message} />}
      {message.avro === null || message.avro === undefined ? null : (
        <Statement text={JSON.stringify(message.avro, null, 2)} label="Avro" />
      )}
      {origin === undefined ? null : (
        <section className="stack tight">
          <h3>{t('messages.back.title')}</h3>
          <dl className="facts">
            <dt>{t('messages.back.source')}</dt>
            <dd>
              {topic.source === undefined ? (
                <code>{origin.source}</code>
              ) : (
                <Link to={`/sources/${encodeURIComponent(topic.source.name)}`}>{topic.source.name}</Link>
              )}
            </dd>
            {origin.position === undefined ? null : (
              <>
                <dt>{t('messages.back.position')}</dt>
                <dd>
                  <code>{origin.position}</code>
                </dd>
              </>
            )}
            {origin.transactions.length === 0 ? null : (
              <>
                <dt>{t('messages.back.transactions')}</dt>
                <dd>
                  {origin.transactions.slice(0, 5).map(({ firstRow, xid, committedAt }) => (
                    <div key={`${firstRow} ${xid}`}>
                      <code>{xid}</code> · <When at={committedAt} />
                    </div>
                  ))}
                  {origin.transactions.length > 5
                    ? t('messages.back.more', { count: origin.transactions.length - 5 })
                    : null}
                </dd>
              </>
            )}
          </dl>
        </section>
      )}
      <MessageTrace topic={topic} message={message} />
      <RawBytes base64={message.raw} bytes={message.bytes} isCut={message.isRawCut} />
    </>
  );
}

const OPERATIONS = ['i', 'u', 'd', 'b'] as const;

/** Columns that the source did not send are told apart from those that are null. */
function Rows({ message }: { message: Detail }): ReactNode {
  const { t } = useTranslation('console-health');
  const { fields, tuples, unchanged } = message;
  const rows = tuples.map((tuple, row) =>
    tuple.map((value, at) => (unchanged[row]?.includes(at) ? t('messages.unchanged') : value)),
  );
  const columns = fields.map(({ name, key }) => ({
    key: name,
    title: key === true ? t('messages.isKey', { name }) : name,
    ...(name === 'ums_op_'
      ? {
          write: (value: string | number | boolean | null) => {
            const operation = OPERATIONS.find((each) => each === value);
            return operation === undefined ? String(value) : t(`messages.operation.${operation}`);
          },
        }
      : {}),
  }));
  return (
    <section className="stack tight">
      <h3>{t('messages.rows', { count: message.rows ?? rows.length })}</h3>
      <div className="message-rows">
        <DataGrid label={t('messages.rows', { count: rows.length })} columns={columns} rows={rows} />
      </div>
    </section>
  );
}
