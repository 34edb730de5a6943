/** Decides how a text to be run or read elsewhere is shown: as code, with one press to copy it. */
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './console.css';

export function Statement({ text, label }: { text: string; label?: string }): ReactNode {
  return (
    <div className="statement">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="code" tabIndex={0} {...(label === undefined ? {} : { role: 'group', 'aria-label': label })}>
        {text}
      </pre>
      <CopyButton text={text} />
    </div>
  );
}

export function CopyButton({ text }: { text: string }): ReactNode {
  const { t } = useTranslation('console');
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <Button
      size="small"
      type="text"
      className="statement-copy"
      icon={done ? <CheckOutlined /> : <CopyOutlined />}
      aria-label={done ? t('copied') : t('copy')}
      title={t('copy')}
      onClick={() => void copy()}
    />
  );
}
