/** Writes the messages of Postgres' extended protocol into buffers, so that a whole transaction leaves in one write. */

/** Text form of a parameter: a string, bytes that are already that text, or null. */
export type WireParameter = string | Buffer | null;

export const SYNC_MESSAGE = Buffer.from([0x53, 0, 0, 0, 4]);
export const COPY_DONE_MESSAGE = Buffer.from([0x63, 0, 0, 0, 4]);

/** Parse: `name` '' is the unnamed statement. Parameter types are left to the casts in the text. */
export function parseMessage(name: string, text: string): Buffer {
  const nameBytes = Buffer.byteLength(name);
  const textBytes = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(1 + 4 + nameBytes + 1 + textBytes + 1 + 2);
  message[0] = 0x50;
  message.writeInt32BE(message.length - 1, 1);
  let at = 5;
  at += message.write(name, at);
  message[at++] = 0;
  at += message.write(text, at);
  message[at++] = 0;
  message.writeInt16BE(0, at);
  return message;
}

/** Bind to the unnamed portal (all values as text) followed by Execute without a row limit. */
export function bindExecuteMessages(name: string, parameters: readonly WireParameter[]): Buffer {
  let size = 1 + 4 + 1 + Buffer.byteLength(name) + 1 + 2 + 2 + 2;
  for (const parameter of parameters) {
    size +=
      4 + (parameter === null ? 0 : typeof parameter === 'string' ? Buffer.byteLength(parameter) : parameter.length);
  }
  const message = Buffer.allocUnsafe(size + 10);
  message[0] = 0x42;
  message.writeInt32BE(size - 1, 1);
  message[5] = 0;
  let at = 6;
  at += message.write(name, at);
  message[at++] = 0;
  at = message.writeInt16BE(0, at);
  at = message.writeInt16BE(parameters.length, at);
  for (const parameter of parameters) {
    if (parameter === null) {
      at = message.writeInt32BE(-1, at);
    } else if (typeof parameter === 'string') {
      const length = message.write(parameter, at + 4);
      message.writeInt32BE(length, at);
      at += 4 + length;
    } else {
      at = message.writeInt32BE(parameter.length, at);
      at += parameter.copy(message, at);
    }
  }
  at = message.writeInt16BE(0, at);
  message[at++] = 0x45;
  at = message.writeInt32BE(9, at);
  message[at++] = 0;
  message.writeInt32BE(0, at);
  return message;
}

/** The five bytes in front of `length` bytes of COPY text. */
export function copyDataHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(5);
  header[0] = 0x64;
  header.writeInt32BE(length + 4, 1);
  return header;
}
