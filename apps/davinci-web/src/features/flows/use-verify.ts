/** Decides how a verification is begun: asked for, then shown, also when one runs already. */
import { useQueryClient } from '@tanstack/react-query';
import { keyOf } from '../../api/use-api.ts';
import { useUrlState } from '../../shell/url-state.ts';
import { wormholePath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';

/** The tab of a flow's page that shows it. */
export const VERIFICATION_TAB = 'verification';

export function verificationPath(flow: string): string {
  return wormholePath('flows', flow, 'verification');
}

export function useVerify(flow: string): { verify: (table?: string) => Promise<void>; busy: boolean } {
  const [, setTab] = useUrlState<string>('tab', 'flow');
  const client = useQueryClient();
  const path = verificationPath(flow);
  const { run, busy } = useAct([path]);
  const show = (): void => setTab(VERIFICATION_TAB, { push: true });
  const verify = async (table?: string): Promise<void> => {
    const begun = await run({
      method: 'POST',
      path,
      body: table === undefined ? {} : { table },
      onError: async ({ code }) => {
        if (code !== 'WORMHOLE_VERIFICATION_STATE') return false;
        await client.invalidateQueries({ queryKey: keyOf(path) });
        show();
        return true;
      },
    });
    if (begun !== undefined) show();
  };
  return { verify, busy };
}
