/** Decides what the messages without rows of a table say: heartbeats, truncates, and the two marks of a pull. */
import { RtdpError } from '@rtdp/ums/error';
import { readMark, readPull } from '@rtdp/ums/marks';
import { readMessage, type UmsMessage } from '@rtdp/ums/message';
import type { TopicMessage } from './topic-message.ts';

const parsed = new WeakMap<TopicMessage, UmsMessage>();

/** Every lane of a partition asks about the same heartbeat: it is parsed once. */
function contentOf(message: TopicMessage): UmsMessage {
  let content = parsed.get(message);
  if (content === undefined) {
    content = readMessage(message.value);
    parsed.set(message, content);
  }
  return content;
}

/** Id and source time (`ums_ts_`, UTC) of a heartbeat or truncate. @throws UMS_… when the message is not what its kind promises. */
export function markOf(message: TopicMessage): { id: bigint; timestamp: string } {
  const { id, timestamp } = readMark(contentOf(message));
  if (id === null || timestamp === null) throw malformed(message.kind, 'a row with ums_id_ and ums_ts_');
  return { id, timestamp };
}

/**
 * A pull that was interrupted before its first chunk was kept begins again, with another first id: for a sink that is another
 * pull, because what the first beginning brought is replaced too.
 * @throws UMS_SHAPE when the context does not name pull and first id.
 */
export function pullMarkOf(message: TopicMessage): { pullId: string; firstId: bigint } {
  const pull = readPull(contentOf(message));
  if (pull === null) throw malformed(message.kind, 'context.pull with id and firstId');
  return { pullId: `${pull.id}/${pull.firstId}`, firstId: BigInt(pull.firstId) };
}

function malformed(kind: string, needed: string): RtdpError {
  return new RtdpError({
    code: 'UMS_SHAPE',
    message: `a message of kind ${kind} does not hold ${needed}`,
    next: 'Look who else writes to this topic; DBus writes it.',
    facts: { kind },
  });
}
