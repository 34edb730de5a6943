/** What the head of a widget says of clicked marks: that one of its own is chosen, with the way back, or that it does not follow one of another. */
import { CloseOutlined } from '@ant-design/icons';
import type { DashboardBundle } from '@rtdp/davinci-api/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Hint } from '../../shell/hint.tsx';
import type { CrossFilter } from './filters.ts';

export function ChosenMark({ label, onClear }: { label: string; onClear: () => void }): ReactNode {
  const { t } = useTranslation('dashboards');
  return (
    <button
      type="button"
      className="widget-chosen"
      title={label}
      aria-label={t('removeFilter', { name: label })}
      onClick={onClear}
    >
      <span className="ellipsis">{label}</span>
      <CloseOutlined />
    </button>
  );
}

/** `told`: a line for each view whose marks are not followed. */
export function NotFollowedMark({ told }: { told: string }): ReactNode {
  return (
    <Hint title={() => told.split('\n').map((line) => <div key={line}>{line}</div>)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its hint is read from the keyboard as well */}
      <span className="widget-not-followed" role="img" aria-label={told} tabIndex={0}>
        <svg
          viewBox="0 0 16 16"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.500"
          strokeLinecap="round"
          aria-hidden="true"
        >
          <path d="M5 3h9L10 8v5L7 11V8L6 6.500M2 2l12 12" />
        </svg>
      </span>
    </Hint>
  );
}

/** Which columns, of which view, a widget does not follow: a line for each view. */
export function useTellNotFollowed(marks: readonly CrossFilter[], views: DashboardBundle['views']): string {
  const { t, i18n } = useTranslation('dashboards');
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return [...Map.groupBy(marks, ({ viewId }) => viewId)]
    .map(([viewId, own]) => {
      const view = views.find(({ id }) => id === viewId);
      const labels = own.map(({ column }) => view?.model.find((each) => each.column === column)?.label || column);
      return t('notFollowed', { columns: names.format(new Set(labels)), view: view?.name ?? '–' });
    })
    .join('\n');
}
