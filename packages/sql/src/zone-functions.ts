/** Functions of moments in a time zone that is called by its name. */
import { cast } from './casts.ts';
import { computed, type Expression, quote } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall, wordArgument } from './function-call.ts';
import { describeType, isMoment, TIMESTAMP, TIMESTAMPTZ } from './pg-type.ts';
import { zoneClock } from './zone-clock.ts';

const UTC = /^(utc|z|gmt|etc\/utc)$/i;

/** Names of an area and a place: shorter ones are abbreviations to Postgres, with an offset of their own. */
const NAME = /^[a-z_]+\/[a-z_+\-0-9]+(?:\/[a-z_]+)?$/i;

/** The zone as the rules know it; null for UTC. */
function zoneOf(call: FunctionCall, index: number): string | null {
  const zone = wordArgument(call, index);
  if (UTC.test(zone)) return null;
  if (!NAME.test(zone) || /^etc\//i.test(zone) || !isKnown(zone))
    throw refuseCall(call, `the zone '${zone}' is not proven.`, "Use a name like 'Europe/Berlin', or 'UTC'.");
  return zone;
}

function isKnown(zone: string): boolean {
  try {
    zoneClock(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const shifted = (name: 'rtdp_zone_to_local' | 'rtdp_zone_to_utc', zone: string, sql: string): string =>
  `CASE WHEN isinf(${sql}) THEN ${sql} ELSE make_timestamp(${name}(${quote(zone)}, epoch_us(${sql}))) END`;

export const ZONE_FUNCTIONS: Record<string, Binder> = {
  timezone: (call) => {
    counted(call, 2);
    const zone = zoneOf(call, 0);
    const moment = call.arguments[1]!;
    if (!isMoment(moment.type)) throw refuseCall(call, `${describeType(moment.type)} is not a timestamp.`, 'Cast it.');
    const zoned = moment.type.name !== 'timestamp';
    const value = cast(call.statement, moment, zoned ? TIMESTAMPTZ : TIMESTAMP, 'implicit');
    const type = zoned ? TIMESTAMP : TIMESTAMPTZ;
    if (zone === null) return computed(type, value.sql, [value], { location: call.location });
    const sql = shifted(zoned ? 'rtdp_zone_to_local' : 'rtdp_zone_to_utc', zone, value.sql);
    return computed(type, sql, [value], { fallible: true, location: call.location });
  },
};

/** `date_trunc(unit, moment, zone)`: cut in the zone's own clock; `cutLocal` cuts a wall clock. */
export function truncateInZone(call: FunctionCall, cutLocal: (moment: Expression) => Expression): Expression {
  const zone = zoneOf(call, 2);
  const given = call.arguments[1]!;
  const value = cast(call.statement, given, TIMESTAMPTZ, 'implicit');
  if (zone === null) return { ...cutLocal({ ...value, type: TIMESTAMP }), type: TIMESTAMPTZ };
  const local = computed(TIMESTAMP, shifted('rtdp_zone_to_local', zone, value.sql), [value], { fallible: true });
  const cut = cutLocal(local);
  const unit = wordArgument(call, 0).toLowerCase();
  if (unit === 'hour' || unit === 'minute' || unit === 'second') {
    // Within a day the offset stays, even where the wall clock is there twice.
    const held = `make_timestamp(epoch_us(${value.sql}) - (epoch_us(${local.sql}) - epoch_us(${cut.sql})))`;
    const sql = `CASE WHEN isinf(${value.sql}) THEN ${value.sql} ELSE ${held} END`;
    return computed(TIMESTAMPTZ, sql, [cut], { fallible: true, location: call.location });
  }
  return computed(TIMESTAMPTZ, shifted('rtdp_zone_to_utc', zone, cut.sql), [cut], {
    fallible: true,
    location: call.location,
  });
}
