/** Decides which letters the application is set in, and that they are there before a canvas measures its labels. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { FONT, TEXT } from './tokens.ts';

/** A page in the system's letters is better than one that waits for ours. */
const LONGEST_WAIT_MS = 400;

/** Ends when text and charts may be drawn; never fails. */
export async function startFonts(): Promise<void> {
  const loaded = ['400', '600'].map((weight) => document.fonts.load(`${weight} ${TEXT[0]}px ${FONT.sans}`));
  const wait = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  await Promise.race([Promise.allSettled(loaded), wait]);
}
