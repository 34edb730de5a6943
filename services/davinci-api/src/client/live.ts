/** What the stream of a dashboard, or of a view that a widget is being made of, says while it is open. */
import { z } from 'zod';
import { dashboardState } from './dashboards.ts';
import { id, time } from './document.ts';
import { freshnessSchema } from './questions.ts';

export const liveReadySchema = z.object({
  at: time,
  state: dashboardState,
  commits: z
    .array(freshnessSchema)
    .describe('Of all tables of the dashboard: an answer of an older commit should be asked for again'),
});
export const liveCommitSchema = z.object({
  widgets: z
    .array(id)
    .describe('To be asked for again, in the stream of a view the view itself; empty when only freshness moved'),
  commits: z.array(freshnessSchema),
});
export const liveStaleSchema = z.object({
  why: z
    .enum(['token', 'rights', 'slow', 'feedback', 'source', 'changed', 'stopping'])
    .describe(
      'token: sign in again. rights: the dashboard is gone or no longer yours to see. slow: this reader did not keep up. feedback: commits cannot be heard at present; `ready` tells when they can. source: what the widgets read cannot be found out at present. changed: the dashboard, or a widget or view of it, was edited. stopping: the service goes down; connect again',
    ),
  message: z.string(),
});

export type LiveReady = z.output<typeof liveReadySchema>;
export type LiveCommit = z.output<typeof liveCommitSchema>;
export type LiveStale = z.output<typeof liveStaleSchema>;
