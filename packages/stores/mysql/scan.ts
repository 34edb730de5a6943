/** Decides how the rows of a query in MySQL or MariaDB become columns, and what a value that cannot be read does to the scan. */
import type { ResultBuilder } from '../result-builder.ts';
import type { ScanRequest } from '../scan-contract.ts';
import type { ScanRun } from '../scan-run.ts';
import type { MysqlSession } from './connect.ts';
import { RowDecoder } from './row-decoder.ts';
import { resultType } from './types.ts';

/** The server's own limits, so that few are ever set; the exact one is the scan's. */
const LIMITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

/** Runs the request on the session; resolves when all rows are handed over. */
export async function scanRows(session: MysqlSession, run: ScanRun, request: ScanRequest): Promise<void> {
  let builder: ResultBuilder | null = null;
  let decoder: RowDecoder | null = null;
  let failure: unknown;
  const attempt = (work: () => void): void => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (error) {
      failure = error;
      run.abandonAtSource();
    }
  };
  const { remaining } = run;
  const limit = LIMITS_MS.find((each) => each >= remaining) ?? 0;
  try {
    await session.run(request.sql, request.parameters ?? [], limit, {
      describe: (fields) =>
        attempt(() => {
          const own = fields.map((field) => {
            const { type, typeText } = resultType(field);
            return { name: field.name, type, typeText };
          });
          builder = run.open(own);
          decoder = new RowDecoder(fields, request.columns ?? own, builder);
        }),
      row: (bytes, at) =>
        attempt(() => {
          decoder!.row(bytes, at);
          run.rowDone(builder!);
        }),
    });
  } catch (error) {
    throw failure ?? error;
  }
  if (failure !== undefined) throw failure;
}
