/** The head of a widget: its name, how fresh it is, and the menu of what can be done with it; drawn anew only when one of them changes. */
import { CloseOutlined } from '@ant-design/icons';
import type { Freshness } from '@rtdp/davinci-api/client';
import { Button } from 'antd';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../../shell/hint.tsx';
import { late } from '../../shell/late.tsx';
import { FreshnessMark } from '../../widgets/freshness-mark.tsx';
import { ItemHead } from './item-head.tsx';
import { ChosenMark, NotFollowedMark } from './pick-marks.tsx';
import type { WidgetMenuProps } from './widget-menu.tsx';

const WidgetMenu = late(async () => (await import('./widget-menu.tsx')).default, { floating: true });

export const WidgetHead = memo(function WidgetHead({
  name,
  description,
  freshness,
  failed,
  deaf,
  why,
  editing,
  chosen,
  notFollowed,
  onClear,
  onMoveKey,
  onRemove,
  ...menu
}: WidgetMenuProps & {
  name: string;
  description: string;
  freshness: readonly Freshness[];
  failed: boolean;
  deaf: boolean;
  /** Why what it shows is not newer. */
  why: string | undefined;
  editing: boolean;
  /** What is chosen of its own marks; empty where nothing is. */
  chosen: string;
  /** Which clicked marks it does not follow; empty where it follows all. */
  notFollowed: string;
  onClear: () => void;
  onMoveKey: (event: KeyboardEvent) => void;
  onRemove: () => void;
}): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  // Whole where the pointer rests on it, as a narrow card cuts it.
  const title = (
    <h2 className="ellipsis" {...(description === '' ? { title: name } : {})}>
      {name}
    </h2>
  );
  return (
    <ItemHead name={name} editing={editing} onMoveKey={onMoveKey}>
      {description === '' ? title : <Hint title={() => description}>{title}</Hint>}
      {chosen === '' ? null : <ChosenMark label={chosen} onClear={onClear} />}
      {notFollowed === '' ? null : <NotFollowedMark told={notFollowed} />}
      <FreshnessMark freshness={freshness} failed={failed} deaf={deaf} why={why} />
      {editing ? (
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('item.remove', { name })}
          onClick={onRemove}
        />
      ) : (
        <button
          ref={button}
          type="button"
          className="widget-more"
          aria-haspopup="menu"
          aria-expanded={isOpen}
          aria-label={t('widgets:menu.label', { name })}
          onClick={() => setOpen(true)}
        >
          <svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
            <path d="M2 6.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3Zm6 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3Zm6 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3Z" />
          </svg>
        </button>
      )}
      {isOpen && button.current !== null ? <WidgetMenu {...menu} button={button.current} onClose={close} /> : null}
    </ItemHead>
  );
});
