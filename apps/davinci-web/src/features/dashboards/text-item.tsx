/** A text on a dashboard. */
import { CloseOutlined, EditOutlined } from '@ant-design/icons';
import { Button, Drawer, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemProps } from './item-contract.ts';
import { ItemHead } from './item-head.tsx';
import { RichText } from './rich-text.tsx';

export default function TextItem({ item, editing, onChange, onRemove, onMoveKey }: ItemProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const [text, setText] = useState<string>();
  if (!editing) {
    return (
      <div className="text-item bare">
        <RichText text={item.text ?? ''} />
      </div>
    );
  }
  return (
    <div className="widget">
      <ItemHead name={t('text.title')} editing onMoveKey={onMoveKey}>
        <h2 className="ellipsis faint">{t('text.title')}</h2>
        <Button
          type="text"
          size="small"
          icon={<EditOutlined />}
          aria-label={t('item.edit')}
          onClick={() => setText(item.text ?? '')}
        />
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('item.remove', { name: t('text.title') })}
          onClick={onRemove}
        />
      </ItemHead>
      <div className="text-item">
        <RichText text={item.text ?? ''} />
      </div>
      {text === undefined ? null : (
        <Drawer
          open
          title={t('text.title')}
          onClose={() => setText(undefined)}
          extra={
            <Button
              type="primary"
              onClick={() => {
                onChange({ ...item, text });
                setText(undefined);
              }}
            >
              {t('text.apply')}
            </Button>
          }
        >
          <Input.TextArea
            autoFocus
            rows={12}
            aria-label={t('text.label')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <p className="faint small">{t('text.hint')}</p>
        </Drawer>
      )}
    </div>
  );
}
