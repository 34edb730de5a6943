/** Decides how wide a text is before it stands on the page: as its font draws it, with all figures of one width. */
import { FONT } from './tokens.ts';

let pen: CanvasRenderingContext2D | null | undefined;
let lastFont: string | undefined;

/** In pixels; `size` as well. */
export function textWidth(text: string, size: number, weight = 400): number {
  if (pen === undefined) pen = document.createElement('canvas').getContext('2d');
  if (!pen) return text.length * size;
  const font = `${weight} ${size}px ${FONT.sans}`;
  // To be set, it is read anew each time.
  if (lastFont !== font) pen.font = font;
  lastFont = font;
  return pen.measureText(text.replace(/\d/g, '0')).width;
}
