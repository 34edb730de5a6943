/** Decides how frames become a small GIF: half the size, one palette for all, and only what changed between two frames. */
import gifenc from 'gifenc';
import { PNG } from 'pngjs';

const { GIFEncoder, quantize, applyPalette } = gifenc;
const COLOURS = 255;

/** @param frames PNG pictures of one size */
export function encodeGif(frames: readonly Buffer[], frameMilliseconds: number): Uint8Array {
  const pictures = frames.map((frame) => halved(PNG.sync.read(frame)));
  const [first] = pictures;
  if (first === undefined) throw new RangeError('a recording has at least one frame');
  const { width, height } = first;
  const palette = quantize(first.data, COLOURS);
  // One more than the colours: a pixel that did not change.
  const transparentIndex = palette.length;
  const withTransparent = [...palette, [0, 0, 0]];
  const gif = GIFEncoder();
  let before: Uint8Array | undefined;
  for (const { data } of pictures) {
    const indices = applyPalette(data, palette);
    const shown =
      before === undefined ? indices : indices.map((index, at) => (index === before![at] ? transparentIndex : index));
    gif.writeFrame(shown, width, height, {
      ...(before === undefined ? { palette: withTransparent, repeat: 0 } : {}),
      delay: frameMilliseconds,
      transparent: before !== undefined,
      transparentIndex,
      dispose: 1,
    });
    before = indices;
  }
  gif.finish();
  return gif.bytes();
}

interface Picture {
  width: number;
  height: number;
  /** Four bytes a pixel. */
  data: Uint8Array;
}

/** Each pixel is the mean of four. */
function halved({ width, height, data }: { width: number; height: number; data: Uint8Array }): Picture {
  const half = { width: width >> 1, height: height >> 1, data: new Uint8Array((width >> 1) * (height >> 1) * 4) };
  for (let y = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        const at = (2 * y * width + 2 * x) * 4 + channel;
        const sum = data[at]! + data[at + 4]! + data[at + width * 4]! + data[at + width * 4 + 4]!;
        half.data[(y * half.width + x) * 4 + channel] = sum >> 2;
      }
    }
  }
  return half;
}
