/** Decides how many bytes each contestant allocates per row, on the JavaScript heap and beside it (buffers, typed arrays). Started by run.ts. */
import { makeContestants, ROWS } from './contestants.ts';

const { contestants } = makeContestants(Number(process.argv[2] ?? 1));
const collect = globalThis.gc as () => void;

function allocatedBytes(work: () => number): number {
  collect();
  const before = process.memoryUsage();
  work();
  const after = process.memoryUsage();
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}

const perRow = contestants.map(({ work }) => {
  // The first rounds also compile and grow.
  for (let round = 0; round < 5; round++) work();
  return Math.round(Math.min(...Array.from({ length: 3 }, () => allocatedBytes(work))) / ROWS);
});
console.log(JSON.stringify(perRow));
