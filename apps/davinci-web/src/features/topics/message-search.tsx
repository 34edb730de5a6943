/** Decides how messages are asked for: from where, of which partition and table, and by the id or key of a row. */
import { Button, Checkbox, DatePicker, Input, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../console/field.tsx';
import { BEGINNINGS, type MessageQuestion } from './message-question.ts';

export function MessageSearch(props: {
  question: MessageQuestion;
  partitions: readonly number[];
  busy: boolean;
  onAsk: (question: MessageQuestion) => void;
}): ReactNode {
  const { t } = useTranslation('console-health');
  const { partitions, busy, onAsk } = props;
  const [question, setQuestion] = useState(props.question);
  const set = (part: Partial<MessageQuestion>): void => setQuestion({ ...question, ...part });
  const text = (name: 'namespace' | 'id' | 'key', hint: string): ReactNode => (
    <Field label={t(`messages.field.${name}`)} hint={hint}>
      {(id) => (
        <Input id={id} allowClear value={question[name]} onChange={(event) => set({ [name]: event.target.value })} />
      )}
    </Field>
  );
  return (
    <form
      className="card stack"
      aria-label={t('messages.search')}
      onSubmit={(event) => {
        event.preventDefault();
        onAsk(question);
      }}
    >
      <div className="row wrap">
        <Segmented
          value={question.from}
          aria-label={t('messages.field.from')}
          onChange={(from) => {
            const next = { ...question, from: from as MessageQuestion['from'] };
            setQuestion(next);
            if (from === 'latest' || from === 'earliest') onAsk(next);
          }}
          options={BEGINNINGS.map((value) => ({ value, label: t(`messages.from.${value}`) }))}
        />
        {question.from === 'time' ? (
          <DatePicker
            showTime
            aria-label={t('messages.from.time')}
            value={question.time === '' ? null : dayjs(question.time)}
            onChange={(value) => set({ time: value === null ? '' : value.toISOString() })}
          />
        ) : null}
        {question.from === 'offset' ? (
          <div>
            <Input
              aria-label={t('messages.from.offset')}
              inputMode="numeric"
              value={question.offset}
              onChange={(event) => set({ offset: event.target.value.replaceAll(/\D/g, '') })}
            />
          </div>
        ) : null}
        <Checkbox
          checked={question.kinds === 'all'}
          onChange={(event) => {
            const next = { ...question, kinds: event.target.checked ? ('all' as const) : ('data' as const) };
            setQuestion(next);
            onAsk(next);
          }}
        >
          {t('messages.marks')}
        </Checkbox>
      </div>
      <div className="form-grid">
        <Field label={t('topics.partition')}>
          {(id) => (
            <Select
              id={id}
              value={question.partition}
              onChange={(partition) => set({ partition })}
              options={[
                { value: '', label: t('messages.allPartitions') },
                ...partitions.map((partition) => ({ value: String(partition), label: String(partition) })),
              ]}
            />
          )}
        </Field>
        {text('namespace', t('messages.field.namespaceHint'))}
        {text('key', t('messages.field.keyHint'))}
        {text('id', t('messages.field.idHint'))}
      </div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('messages.find')}
        </Button>
      </div>
    </form>
  );
}
