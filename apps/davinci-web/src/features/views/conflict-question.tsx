/** Decides what is asked when two people have changed the same view: whose version stays. */
import type { View } from '@rtdp/davinci-api/client';
import { Button, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { When } from '../../shell/quantity.tsx';
import { Statement } from '../console/statement.tsx';

export function ConflictQuestion(props: {
  theirs: View;
  onTakeTheirs: () => void;
  onSaveMine: () => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation('views');
  return (
    <Modal
      open
      width="min(92vw, 48rem)"
      title={t('conflict.title')}
      onCancel={props.onClose}
      footer={[
        <Button key="edit" onClick={props.onClose}>
          {t('conflict.edit')}
        </Button>,
        <Button key="theirs" onClick={props.onTakeTheirs}>
          {t('conflict.theirs')}
        </Button>,
        <Button key="mine" danger type="primary" onClick={props.onSaveMine}>
          {t('conflict.mine')}
        </Button>,
      ]}
    >
      <div className="stack">
        <p>
          {t('conflict.text')} (<When at={props.theirs.updatedAt} />)
        </p>
        <Statement text={props.theirs.sql} label={t('conflict.their')} />
      </div>
    </Modal>
  );
}
