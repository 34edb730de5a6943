/** Decides what is said of a row that cannot become part of a message. */
import { RtdpError } from '@rtdp/ums/error';

export function rowTooLarge(bytes: number, limit: number): RtdpError {
  return new RtdpError({
    code: 'DBUS_ROW_TOO_LARGE',
    message: `One row takes ${bytes} bytes as a message, more than the ${limit} that a message may have.`,
    next: 'Raise message.max.bytes of the topic and limits.maximumMessageBytes of the source, or leave the column out; then pull the table again.',
    facts: { bytes, limit },
  });
}

export function unexpectedNull(name: string, column: number): RtdpError {
  return new RtdpError({
    code: 'DBUS_UNEXPECTED_NULL',
    message: `Column ${name} holds NULL, though its definition says that it never does.`,
    next: 'The row is older than the definition; the stream opens a version in which the column may be null.',
    facts: { name, column },
  });
}
