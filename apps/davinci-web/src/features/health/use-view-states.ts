/** Decides how often it is asked whether the views and widgets could be asked: seldom, for it is held against the sources each time. */
import type { ViewState } from '@rtdp/davinci-api/client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { LOOK_SELDOM } from '../console/console-api.ts';

/** Only for those who may mend them; a change to a view asks again at once, for the path begins with that of the views. */
export function useViewStates(): UseQueryResult<List<ViewState>, ApiError> {
  return useApi<List<ViewState>>('/api/views/states', { enabled: useMay('editor'), every: LOOK_SELDOM });
}
