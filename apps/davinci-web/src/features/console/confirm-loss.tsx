/** Decides how something that cannot be undone is asked for: what is lost and what stays, and the name typed out. */
import { Button, Input, Modal } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFirstField } from '../../shell/use-first-field.ts';

export interface ConfirmLossProps {
  /** What must be typed. */
  name: string;
  title: string;
  /** What is lost, and what stays. */
  lost: readonly string[];
  stays: readonly string[];
  confirm: string;
  /** More to choose before it is done. */
  children?: ReactNode;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

export function ConfirmLoss(props: ConfirmLossProps): ReactNode {
  const { t } = useTranslation('console');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const label = useId();
  const { field, afterOpenChange } = useFirstField();
  const confirm = async (): Promise<void> => {
    if (typed !== props.name) return;
    setBusy(true);
    try {
      await props.onConfirm();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={props.title}
      onCancel={props.onClose}
      afterOpenChange={afterOpenChange}
      footer={[
        <Button key="keep" onClick={props.onClose}>
          {t('keep')}
        </Button>,
        <Button
          key="go"
          danger
          type="primary"
          disabled={typed !== props.name}
          loading={busy}
          onClick={() => void confirm()}
        >
          {props.confirm}
        </Button>,
      ]}
    >
      <div className="stack">
        <Sentences title={t('lost')} sentences={props.lost} />
        <Sentences title={t('stays')} sentences={props.stays} />
        {props.children}
        <div className="stack tight">
          <label htmlFor={label}>{t('typeName', { name: props.name })}</label>
          <Input
            ref={field}
            id={label}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
            onPressEnter={() => void confirm()}
          />
        </div>
      </div>
    </Modal>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }): ReactNode {
  if (sentences.length === 0) return null;
  return (
    <div>
      <h2 className="small-heading">{title}</h2>
      <ul className="sentences">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
