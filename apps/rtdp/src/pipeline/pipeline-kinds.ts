/** Decides which kinds of things a pipeline file may hold, in the order they are made, and how each is called. */

/** Section of the file → the word for one of it. What a later one names stands in an earlier one. */
export const SECTIONS = {
  sources: 'source',
  flows: 'flow',
  mounts: 'mount',
  dataSources: 'data source',
  views: 'view',
  widgets: 'widget',
  dashboards: 'dashboard',
} as const;

export type Section = keyof typeof SECTIONS;
export type Kind = (typeof SECTIONS)[Section];
export const SECTION_NAMES = Object.keys(SECTIONS) as Section[];
