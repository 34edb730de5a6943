/** Decides how the rows of a query become columns: every value from the bytes of the connection straight into its column. */
import type { ResultColumn, ScanRequest } from '../scan-contract.ts';
import type { ScanRun } from '../scan-run.ts';
import { int32 } from './query-frames.ts';
import type { FieldDescription, QuerySession, RowReceiver } from './query-session.ts';

/** The server's own limits, so that few are ever set; the exact one is the scan's. */
const LIMITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

/** Runs the request on the session; resolves when all rows are handed over. */
export async function scanRows(
  session: QuerySession,
  run: ScanRun,
  request: ScanRequest,
  columnsOf: (fields: readonly FieldDescription[]) => readonly ResultColumn[],
): Promise<void> {
  let row: RowReceiver['row'] = () => undefined;
  const receiver: RowReceiver = {
    describe: (fields) => {
      const builder = run.open(columnsOf(fields));
      const { columns, writers } = builder;
      const count = columns.length;
      row = (bytes, start) => {
        let at = start;
        builder.openRow();
        for (let index = 0; index < count; index += 1) {
          const length = int32(bytes, at);
          at += 4;
          if (length < 0) columns[index]!.setNull(builder.rowCount);
          else {
            writers[index]!(bytes, at, at + length);
            at += length;
          }
        }
        run.rowDone(builder);
      };
    },
    row: (bytes, at) => row(bytes, at),
  };
  const { remaining } = run;
  const limit = LIMITS_MS.find((each) => each >= remaining) ?? 0;
  await session.run(request.sql, request.parameters ?? [], limit, stopping(receiver, run));
}

/** What a receiver throws makes the rest of the result useless: the server is told to stop. */
function stopping(receiver: RowReceiver, run: ScanRun): RowReceiver {
  const guarded =
    <Given extends unknown[]>(call: (...given: Given) => void) =>
    (...given: Given): void => {
      try {
        call(...given);
      } catch (error) {
        run.abandonAtSource();
        throw error;
      }
    };
  return { describe: guarded(receiver.describe), row: guarded(receiver.row) };
}
