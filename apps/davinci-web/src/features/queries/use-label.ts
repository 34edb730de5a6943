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

/** Gives the purpose for the label of a query and when it began, ISO 8601. */
export function useLabel(): (label: string, startedAt: string) => QueryPurpose {
  const { t } = useTranslation('console-queries');
  const mayRead = useMay('editor');
  const views = useApi<List<View>>('/api/views', { enabled: mayRead });
  const widgets = useApi<List<Widget>>('/api/widgets', { enabled: mayRead });
  return (label, startedAt) => {
    // One answer for several widgets names all of them.
    const purposes = label.split(' ').map((each) => purposeOf(each, startedAt));
    const first = purposes[0];
    if (first === undefined || purposes.includes(undefined)) return { text: label };
    const texts = new Set(purposes.map((each) => each?.text));
    return texts.size === 1 ? first : { text: [...texts].join(', ') };
  };

  function purposeOf(label: string, startedAt: string): QueryPurpose | undefined {
    const [, kind, id] = /^(view|widget|run|values):([\w-]+)$/.exec(label) ?? [];
    if (kind === undefined || id === undefined) return undefined;
    if (kind === 'run') return { text: t('purpose.run') };
    if (kind === 'values') {
      const name = views.data?.items.find((one) => one.id === id)?.name;
      if (name !== undefined) return { text: t('purpose.valuesOf', { name }), href: `/views/${id}` };
      return { text: t(isGone(views, startedAt) ? 'purpose.gone.values' : 'purpose.values') };
    }
    const among = kind === 'view' ? views : widgets;
    const name = among.data?.items.find((one) => one.id === id)?.name;
    if (name !== undefined) return { text: name, href: `/${kind}s/${id}` };
    const what = kind as 'view' | 'widget';
    return { text: t(isGone(among, startedAt) ? `purpose.gone.${what}` : `purpose.${what}`) };
  }
}

/** What is not among all that were there after it was asked for was removed; else it is not known yet, or not to be known by this reader. */
function isGone({ data, dataUpdatedAt }: { data: unknown; dataUpdatedAt: number }, startedAt: string): boolean {
  return data !== undefined && dataUpdatedAt > Date.parse(startedAt);
}
