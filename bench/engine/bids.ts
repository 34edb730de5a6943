/** Makes Nexmark bids as UMS messages, the same for the same seed. */
import { envelopePrefix, envelopeSuffix } from '@rtdp/ums/envelope';
import { SYSTEM_FIELDS, type UmsField } from '@rtdp/ums/types';

export const BID_FIELDS: UmsField[] = [
  { name: 'auction', type: 'long', nullable: false, encoded: false, sourceType: 'bigint' },
  { name: 'bidder', type: 'long', nullable: false, encoded: false, sourceType: 'bigint' },
  { name: 'price', type: 'long', nullable: false, encoded: false, sourceType: 'bigint' },
  { name: 'channel', type: 'string', nullable: true, encoded: false, sourceType: 'varchar' },
  { name: 'url', type: 'string', nullable: true, encoded: false, sourceType: 'varchar' },
  { name: 'dateTime', type: 'datetime', nullable: false, encoded: false, sourceType: 'timestamp(3)' },
  { name: 'extra', type: 'string', nullable: true, encoded: false, sourceType: 'varchar' },
];

export const ROWS_PER_MESSAGE = 500;
const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Messages of 500 bids each. */
export function* bidMessages(rows: number, seed: number): Generator<Buffer> {
  const random = generator(seed);
  const prefix = envelopePrefix({
    kind: 'data_increment_data',
    namespace: 'postgresql.nexmark.public.bid.1.0.0',
    batchId: 1,
    fields: [...SYSTEM_FIELDS, ...BID_FIELDS],
  });
  const suffix = envelopeSuffix();
  const letters = (length: number): string => {
    let text = '';
    for (let index = 0; index < length; index += 1) text += LETTERS[random(LETTERS.length)];
    return text;
  };
  // Long random texts are cut out of one pool: making each letter anew would take longer than the measurement.
  const pool = letters(100_000);
  const piece = (length: number): string => {
    const start = random(pool.length - length);
    return pool.slice(start, start + length);
  };
  const start = Date.UTC(2026, 0, 1);
  let id = BigInt(start) << 20n;
  for (let row = 0; row < rows; ) {
    const tuples: string[] = [];
    for (let end = Math.min(rows, row + ROWS_PER_MESSAGE); row < end; row += 1, id += 4n) {
      const time = new Date(start + (row >> 3)).toISOString();
      const moment = `${time.slice(0, 10)} ${time.slice(11, 23)}`;
      const channel = random(10) < 5 ? CHANNELS[random(4)]! : `channel-${random(10_000)}`;
      const url = `https://www.nexmark.com/${piece(5)}/${piece(5)}/${piece(4)}/item.htm?query=1&channel_id=${random(1_000_000_000)}`;
      tuples.push(
        `{"tuple":["${id}","${moment}000","i","${id}_0","${1000 + random(100_000)}","${1000 + random(50_000)}","${100 + random(10_000_000)}","${channel}","${url}","${moment}","${piece(20 + random(40))}"]}`,
      );
    }
    yield Buffer.from(`${prefix}${tuples.join(',')}${suffix}`);
  }
}

/** Whole numbers from 0 to below the argument (xorshift). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
