/** `npm run check`: runs the checks alone, without tests; ends with 1 when one fails. */
import { fileURLToPath } from 'node:url';
import { runChecks } from './run-checks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { passed, failed } = await runChecks(root, (line) => console.log(line));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
