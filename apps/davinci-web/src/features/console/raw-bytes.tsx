/** Decides how bytes are shown that nobody could read: as text where they are text, and always as hexadecimal. */
import { Segmented } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../shell/numbers.ts';
import { Statement } from './statement.tsx';

const MOST_SHOWN = 16_384;

export function RawBytes(props: { base64: string; bytes?: number; isCut?: boolean }): ReactNode {
  const { t, i18n } = useTranslation('console');
  const bytes = useMemo(
    () => Uint8Array.from(atob(props.base64), (character) => character.charCodeAt(0)),
    [props.base64],
  );
  const text = useMemo(() => textOf(bytes), [bytes]);
  const [form, setForm] = useState<'text' | 'hex'>(text === undefined ? 'hex' : 'text');
  const size = formatNumber(props.bytes ?? bytes.length, i18n.language, { kind: 'bytes' });
  const isCut = props.isCut === true || bytes.length > MOST_SHOWN;
  return (
    <div className="stack tight">
      <div className="row wrap">
        <h3>{t('raw.title')}</h3>
        <span className="muted small grow">{isCut ? t('raw.cut', { size }) : size}</span>
        <Segmented
          size="small"
          value={form}
          onChange={(value) => setForm(value as typeof form)}
          options={[
            { value: 'text', label: t('raw.text'), disabled: text === undefined },
            { value: 'hex', label: t('raw.hex') },
          ]}
        />
      </div>
      <Statement text={form === 'text' && text !== undefined ? text : hexOf(bytes)} label={t('raw.title')} />
    </div>
  );
}

/** JSON is laid out; text that is not UTF-8 is no text. */
function textOf(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (!/^\s*[[{]/.test(text)) return text.slice(0, MOST_SHOWN);
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, MOST_SHOWN);
  } catch {
    // Text that looks like JSON and is not is shown as it came: that may be what is wrong with it.
    return text.slice(0, MOST_SHOWN);
  }
}

function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST_SHOWN); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
