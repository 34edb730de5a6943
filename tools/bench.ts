/** `npm run bench -- NAME`: measures one part beside its reference; ends within 600 s and with one line of JSON. */
import { measuredCommand } from './measured-command.ts';

const bench = { command: 'bench', folder: 'bench', limitSeconds: 600 };
process.exit(await measuredCommand(bench, process.argv.slice(2), (line) => console.log(line)));
