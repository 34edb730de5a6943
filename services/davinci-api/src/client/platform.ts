/** What is told of the platform as a whole: health, search, audit, and the rate of the demo. */
import { z } from 'zod';
import { time } from './document.ts';

const healthStatus = z.enum(['ok', 'degraded', 'down']);
export const healthSchema = z.object({
  status: healthStatus,
  at: time,
  services: z.array(
    z.object({
      name: z.enum(['davinci-api', 'dbus', 'wormhole', 'moonbox']),
      status: healthStatus,
      since: time.describe('When it was first seen in this state; it is looked at all the time since the API started'),
      detail: z.string(),
      parts: z.array(z.object({ name: z.string(), status: healthStatus, detail: z.string() })),
    }),
  ),
});
export const searchResultSchema = z.object({
  kind: z.enum(['page', 'dashboard', 'widget', 'view', 'source', 'table', 'flow', 'log-source']),
  id: z.string(),
  name: z.string(),
  description: z.string(),
  path: z.string().describe('Where the web application shows it'),
});
export const auditSchema = z.object({
  id: z.string(),
  at: time,
  subject: z.string(),
  who: z.string().describe('E-mail of the user, else the subject'),
  action: z.string().describe('For example view.update'),
  objectKind: z.string(),
  objectId: z.string().nullable(),
  objectName: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});

/** Only where the demo runs. */
export const demoRateSchema = z.object({ actionsPerSecond: z.number() });
export const demoRateInputSchema = z.strictObject({ actionsPerSecond: z.number().min(0).max(5_000) });

export type PlatformHealth = z.output<typeof healthSchema>;
export type SearchResult = z.output<typeof searchResultSchema>;
export type AuditEntry = z.output<typeof auditSchema>;
