/** Decides what a request to read rows again says: which table of ours, which key. Other sources' requests are passed over. */
import { isRtdpError } from '@rtdp/ums/error';
import { parseNamespace } from '@rtdp/ums/namespace';
import type { UmsValue } from '@rtdp/ums/types';
import type { TableName } from '../pipeline/contract.ts';

export interface KeyRequest {
  table: TableName;
  /** By column as UMS names it, in the JSON form of its type. */
  key: Record<string, UmsValue>;
}

/** Of a record `{namespace, key: {column: value}}`; undefined when it is not ours or cannot be read (it is then not ours to mend). */
export function readKeyRequest(value: Buffer, source: string): KeyRequest | undefined {
  try {
    const record = JSON.parse(value.toString('utf8')) as { namespace?: unknown; key?: unknown };
    if (typeof record.namespace !== 'string' || typeof record.key !== 'object' || record.key === null) return undefined;
    const namespace = parseNamespace(record.namespace);
    if (`${namespace.system}.${namespace.instance}` !== source) return undefined;
    return {
      table: { schema: namespace.database, table: namespace.table },
      key: record.key as Record<string, UmsValue>,
    };
  } catch (error) {
    if (error instanceof SyntaxError || isRtdpError(error)) return undefined;
    throw error;
  }
}
