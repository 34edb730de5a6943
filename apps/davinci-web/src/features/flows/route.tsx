/** Decides which of the pages about flows a URL shows: the list, a new one, one flow, or its change. */
import type { FlowView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Page } from '../../shell/page.tsx';
import { Answer } from '../../shell/states.tsx';
import { usePathName, useUrlQuery } from '../../shell/url-state.ts';
import { wormholePath } from '../console/console-api.ts';
import { EditFlow } from './edit-flow.tsx';
import type { FlowDefinitionView } from './flow-form.ts';
import { FlowList } from './flow-list.tsx';
import { FlowPage } from './flow-page.tsx';
import { MissingFlow } from './missing-flow.tsx';

export default function Route(): ReactNode {
  const name = usePathName();
  const query = useUrlQuery();
  if (name === undefined) return query.has('new') ? <EditFlow /> : <FlowList />;
  return query.has('edit') ? <LoadedChange name={name} /> : <FlowPage name={name} />;
}

function LoadedChange({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-flows');
  const flow = useApi<FlowView>(wormholePath('flows', name));
  if (flow.data !== undefined) return <EditFlow before={flow.data.definition as FlowDefinitionView} />;
  return (
    <Page title={t('edit.changeTitle', { name })} crumbs={[{ label: t('title'), to: '/flows' }]} size="wide">
      <Answer query={flow} missing={<MissingFlow name={name} />}>
        {() => null}
      </Answer>
    </Page>
  );
}
