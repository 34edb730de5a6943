/**
 * Decides as what Avro's values are read: whole numbers without loss, and moments, days and decimals as the text a person would write.
 *
 * Only for reading; what is read cannot be written back.
 */
import avro from 'avsc';

type LogicalTypeMaker = new (schema: avro.Schema, options?: object) => avro.types.LogicalType;

/** For `avro.Type.forSchema`. */
export interface AvroReading {
  typeHook(schema: avro.Schema): avro.Type | undefined;
  logicalTypes: Record<string, LogicalTypeMaker>;
}

/** Units of a second that a logical type over `long` counts. */
const UNITS: Readonly<Record<string, bigint>> = { millis: 1_000n, micros: 1_000_000n, nanos: 1_000_000_000n };
const DAY_SECONDS = 86_400n;
/** Year 10000, and the year 1 BC: beyond them `Date` writes a form of its own. */
const LAST_SECOND = 253_402_300_800n;
const FIRST_SECOND = -62_167_219_200n;

export const AVRO_READING: AvroReading = {
  // Beneath the logical types: the library reads a long as a number, and refuses those that it cannot hold.
  typeHook: (schema) => {
    const { type, logicalType } = Object(schema) as { type?: unknown; logicalType?: string };
    return schema === 'long' || type === 'long' ? longReadAs(logicalType) : undefined;
  },
  logicalTypes: {
    date: logicalType((value) => dateText(BigInt(value as number))),
    'time-millis': logicalType((value) => timeText(BigInt(value as number), 1_000n)),
    decimal: decimalType(),
  },
};

/** A number where it is exact, else a BigInt; a text for a moment. */
function longReadAs(logicalType: string | undefined): avro.Type {
  const [, kind, unit = ''] = /^(timestamp|local-timestamp|time)-(\w+)$/.exec(logicalType ?? '') ?? [];
  const perSecond = UNITS[unit];
  const read = (value: bigint): unknown => {
    if (kind === undefined || perSecond === undefined) return exact(value);
    if (kind === 'time') return timeText(value, perSecond);
    return momentText(value, perSecond, kind === 'timestamp' ? 'Z' : '');
  };
  return avro.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => read(bytes.readBigInt64LE()),
    toBuffer: onlyForReading,
    fromJSON: onlyForReading,
    toJSON: onlyForReading,
    isValid: () => false,
    compare: onlyForReading,
  });
}

function logicalType(read: (value: unknown) => unknown): LogicalTypeMaker {
  return class extends avro.types.LogicalType {
    protected override _fromValue(value: unknown): unknown {
      return read(value);
    }
    protected override _toValue(): unknown {
      return onlyForReading();
    }
  };
}

/** A two's complement, most significant byte first, of as many units as the scale says. */
function decimalType(): LogicalTypeMaker {
  return class extends avro.types.LogicalType {
    readonly #scale: number;
    constructor(schema: avro.Schema, options?: object) {
      super(schema, options);
      const { scale = 0 } = Object(schema) as { scale?: unknown };
      // Then the library shows the bytes, as the specification asks.
      if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0) throw new Error('not a scale');
      this.#scale = scale;
    }
    protected override _fromValue(value: unknown): unknown {
      return decimalText(value as Buffer, this.#scale);
    }
    protected override _toValue(): unknown {
      return onlyForReading();
    }
  };
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decimalText(bytes: Buffer, scale: number): string {
  const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

/** ISO 8601; the count itself where no year of four digits has it. */
function momentText(count: bigint, perSecond: bigint, zone: string): string {
  const seconds = floorDivision(count, perSecond);
  if (seconds < FIRST_SECOND || seconds >= LAST_SECOND) return String(count);
  const [day, time] = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).split('T') as [string, string];
  return `${day}T${time}${fraction(count - seconds * perSecond, perSecond)}${zone}`;
}

function dateText(days: bigint): string {
  const moment = momentText(days * DAY_SECONDS, 1n, '');
  return moment.includes('T') ? moment.slice(0, 10) : String(days);
}

function timeText(count: bigint, perSecond: bigint): string {
  if (count < 0n || count >= DAY_SECONDS * perSecond) return String(count);
  return momentText(count, perSecond, '').slice('1970-01-01T'.length);
}

function fraction(rest: bigint, perSecond: bigint): string {
  if (perSecond === 1n) return '';
  return `.${String(rest).padStart(String(perSecond).length - 1, '0')}`;
}

function floorDivision(count: bigint, by: bigint): bigint {
  const quotient = count / by;
  return count < 0n && quotient * by !== count ? quotient - 1n : quotient;
}

function onlyForReading(): never {
  throw new Error('these types only read');
}
