/** A commit notice as a sink of Wormhole tells it. */
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { writeMessage } from '@rtdp/ums/message';
import type { UmsField, UmsType, UmsValue } from '@rtdp/ums/types';
import { FEEDBACK } from '@rtdp/wormhole/client';

export function noticeMessage(
  sinkNamespace: string,
  commitNumber: number,
  rest: { organisationId?: string; watermark?: string; changed?: boolean } = {},
): Buffer {
  const cells: [string, UmsType, UmsValue][] = [
    ['organisation_id', 'string', rest.organisationId ?? FIRST_ORGANISATION_ID],
    ['flow', 'string', 'test'],
    ['commit_number', 'long', String(commitNumber)],
    ['watermark', 'datetime', rest.watermark ?? null],
    ['loading', 'boolean', false],
    ['changed', 'boolean', rest.changed ?? true],
    ['at', 'long', String(Date.now())],
  ];
  const fields: UmsField[] = cells.map(([name, type]) => ({ name, type, nullable: true, encoded: false }));
  const rows = [cells.map(([, , value]) => value)];
  return writeMessage({ kind: FEEDBACK.noticeKind, namespace: sinkNamespace, batchId: 0, fields, rows });
}
