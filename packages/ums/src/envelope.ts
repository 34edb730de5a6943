/** Decides the text around the rows of a message, so that a hot path may write the rows itself: prefix, `{"tuple":[…]}` joined by `,`, suffix. */
import type { UmsField } from './types.ts';

/** The version every message of ours says. */
export const WRITTEN_VERSION = '1.3';

export interface EnvelopeHead {
  readonly kind: string;
  /** In escaped form, as `formatNamespace` gives it. */
  readonly namespace: string;
  readonly batchId: number;
  /** All fields of the tuple, system fields first. */
  readonly fields: readonly UmsField[];
}

/** Everything up to and with `"payload":[`. The same head always gives the same bytes: readers recognise it by them. */
export function envelopePrefix(head: EnvelopeHead): string {
  const protocol = JSON.stringify({ type: head.kind, version: WRITTEN_VERSION });
  const fields = head.fields.map(fieldText).join(',');
  return `{"protocol":${protocol},"schema":{"namespace":${JSON.stringify(head.namespace)},"batchId":${head.batchId},"fields":[${fields}]},"payload":[`;
}

/** Everything after the last row. */
export function envelopeSuffix(context?: Readonly<Record<string, unknown>>): string {
  return context === undefined ? ']}' : `],"context":${JSON.stringify(context)}}`;
}

function fieldText(field: UmsField): string {
  const { name, type, nullable, encoded, sourceType, key } = field;
  // Optional members are left out when they say nothing, so that equal fields are equal bytes.
  return JSON.stringify({ name, type, nullable, encoded, sourceType, key: key === true ? true : undefined });
}
