/** Decides how a hint names a command of the command line, so that it can be pasted where this platform runs. */

/** Who starts the platform says how its command line is called: RTDP_COMMAND, with the data folder where that is not the usual one. */
const USUAL = 'npm run -s rtdp --';

/** @param words for example `source list` */
export function typedCommand(words: string): string {
  return `${process.env.RTDP_COMMAND || USUAL} ${words}`;
}

/** For those who have not signed in: where the data is, is nothing for them, but without its folder the command would ask another platform. */
export function typedCommandForStrangers(words: string): string {
  return `${(process.env.RTDP_COMMAND || USUAL).replace(/ --data .*$/, ' --data DATA')} ${words}`;
}
