/** Decides what an item of a dashboard is given, whatever its kind. */
import type { DashboardBundle, DashboardItem } from '@rtdp/davinci-api/client';
import type { KeyboardEvent } from 'react';
import type { ColourBook } from '../../widgets/colours.ts';
import type { Drafted } from './draft-bundle.ts';
import type { Filters } from './use-filters.ts';
import type { Live } from './use-live.ts';

export interface ItemProps {
  item: DashboardItem;
  bundle: DashboardBundle;
  drafted: Drafted;
  editing: boolean;
  colours: ColourBook;
  filters: Filters;
  live: Live;
  onChange: (item: DashboardItem) => void;
  onRemove: () => void;
  /** Moves and resizes by the keyboard; for the head of the item, which has the class `widget-head`. */
  onMoveKey: (event: KeyboardEvent) => void;
}
