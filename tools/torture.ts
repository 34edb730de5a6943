/** `npm run torture -- NAME [--seed N]`: breaks one part on purpose; ends within 35 minutes and with one line of JSON. */
import { measuredCommand } from './measured-command.ts';

const torture = { command: 'torture', folder: 'e2e/torture', limitSeconds: 35 * 60 };
process.exit(await measuredCommand(torture, process.argv.slice(2), (line) => console.log(line)));
