/** Decides how one dead letter is shown: why, its row column by column to correct, and the whole message as it was read. */
import type { DeadLetterView, deadLetterDetailSchema } from '@rtdp/wormhole/client';
import { Button, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Answer } from '../../shell/states.tsx';
import { wormholePath } from '../console/console-api.ts';
import { ListTable } from '../console/list-table.tsx';
import { RawBytes } from '../console/raw-bytes.tsx';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';
import { readEdited, writtenValue } from './edited-tuple.ts';

type Detail = z.output<typeof deadLetterDetailSchema>;

export function DeadLetterDetail(props: {
  flow: string;
  id: string;
  onClose: () => void;
  onReplay: () => void;
  onDiscard: () => void;
}): ReactNode {
  const { t } = useTranslation('console-flows');
  const letter = useApi<Detail>(wormholePath('flows', props.flow, 'dead-letters', props.id));
  return (
    <section className="card stack" aria-label={t('dead.one')}>
      <div className="row">
        <h2 className="grow">{t('dead.oneOf', { id: props.id })}</h2>
        <Button onClick={props.onClose}>{t('close')}</Button>
      </div>
      <Answer query={letter} shape="lines">
        {(one) => <Opened key={`${one.id} ${one.changedAt}`} letter={one} {...props} />}
      </Answer>
    </section>
  );
}

function Opened({
  letter,
  flow,
  onReplay,
  onDiscard,
}: {
  letter: Detail;
  flow: string;
  onReplay: () => void;
  onDiscard: () => void;
}): ReactNode {
  const { t } = useTranslation('console-flows');
  const mayAct = useMay('editor') && letter.status === 'open';
  const { run, busy } = useAct([wormholePath('flows', flow)]);
  const before = letter.edited ?? letter.tuple;
  const [texts, setTexts] = useState<readonly string[]>(() => (before ?? []).map(writtenValue));
  const edited = readEdited(texts, before ?? []);
  const isEdited = texts.some((text, at) => text !== writtenValue((before ?? [])[at]));
  const save = (tuple: unknown[] | null): void =>
    void run<DeadLetterView>({
      method: 'PATCH',
      path: wormholePath('flows', flow, 'dead-letters', letter.id),
      body: { tuple },
      done: tuple === null ? t('dead.editTaken') : t('dead.editSaved'),
    });
  const detail = letter.reason.facts?.detail;
  return (
    <>
      <Reason reason={letter.reason}>{typeof detail === 'string' ? <pre className="code">{detail}</pre> : null}</Reason>
      <dl className="facts">
        <dt>{t('dead.column.namespace')}</dt>
        <dd>
          <code>{letter.namespace}</code>
        </dd>
        <dt>{t('dead.place')}</dt>
        <dd>
          <Link to={`/topics/${encodeURIComponent(letter.topic)}?message=${letter.partition}/${letter.offset}`}>
            <code>
              {letter.topic} / {letter.partition} / {letter.offset}
            </code>
          </Link>
        </dd>
        <dt>ums_id_</dt>
        <dd>
          <code>{letter.umsId}</code>
        </dd>
      </dl>
      {letter.fields === null || before === null ? (
        <p className="muted">{t('dead.noRow')}</p>
      ) : (
        <ListTable
          label={t('dead.row')}
          rows={letter.fields.map((field, at) => ({ field, at }))}
          rowKey={({ field }) => field.name}
          columns={[
            { key: 'column', title: t('dead.field'), cell: ({ field }) => <code>{field.name}</code> },
            { key: 'type', title: t('dead.type'), cell: ({ field }) => field.sourceType ?? field.type },
            {
              key: 'value',
              title: t('dead.value'),
              wide: true,
              cell: ({ field, at }) =>
                mayAct && !field.name.startsWith('ums_') ? (
                  <Input
                    size="small"
                    className="mono"
                    aria-label={t('dead.valueOf', { column: field.name })}
                    value={texts[at] ?? ''}
                    onChange={(event) =>
                      setTexts(texts.map((text, other) => (other === at ? event.target.value : text)))
                    }
                  />
                ) : (
                  <code title={texts[at]}>{texts[at]}</code>
                ),
            },
          ]}
        />
      )}
      {!mayAct ? null : (
        <div className="row wrap">
          <Button disabled={!isEdited || busy} onClick={() => save(edited)}>
            {t('dead.saveEdit')}
          </Button>
          {letter.edited === null ? null : (
            <Button disabled={busy} onClick={() => save(null)}>
              {t('dead.takeEdit')}
            </Button>
          )}
          <Button type="primary" disabled={isEdited || busy} onClick={onReplay}>
            {t('dead.replay', { count: 1 })}
          </Button>
          <Button danger disabled={busy} title={t('dead.discardHint')} onClick={onDiscard}>
            {t('dead.discard', { count: 1 })}
          </Button>
          <span className="muted small">{t('dead.editHint')}</span>
        </div>
      )}
      <RawBytes base64={letter.raw} />
    </>
  );
}
