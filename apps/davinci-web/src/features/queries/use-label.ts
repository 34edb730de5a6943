/** Decides how it is said what a query was for: a view or a widget by its name, with its page, and what somebody's own program said as it is. */
import type { View, Widget } from '@rtdp/davinci-api/client';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';

export interface QueryPurpose {
  text: string;
  /** Where it is looked at, when it is there and the reader may open it. */
  href?: string;
}

export function useLabel(): (label: string) => QueryPurpose {
  const { t } = useTranslation('console-queries');
  const mayRead = useMay('editor');
  const views = useApi<List<View>>('/api/views', { enabled: mayRead });
  const widgets = useApi<List<Widget>>('/api/widgets', { enabled: mayRead });
  return (label) => {
    const [, kind, id] = /^(view|widget|run):([\w-]+)$/.exec(label) ?? [];
    if (kind === undefined || id === undefined) return { text: label };
    if (kind === 'run') return { text: t('purpose.run') };
    const among = kind === 'view' ? views.data : widgets.data;
    const name = among?.items.find((one) => one.id === id)?.name;
    if (name !== undefined) return { text: name, href: `/${kind}s/${id}` };
    // Not known yet, not to be known by this reader, or removed since.
    return { text: t(`purpose.${kind as 'view' | 'widget'}`) };
  };
}
