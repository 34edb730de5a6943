/** Gives the embedded engine the functions of `@rtdp/sql/engine-functions`, so that Postgres' meaning is one JavaScript function each. */
import duckdb, { type Connection, type DataChunk, type Vector } from '@duckdb/node-bindings';
import {
  ENGINE_FUNCTIONS,
  type EngineFunction,
  type EngineFunctionName,
  type EngineValueType,
} from '@rtdp/sql/engine-functions';
import * as array from './pg-array.ts';
import * as float from './pg-float.ts';
import * as integer from './pg-integer.ts';
import * as interval from './pg-interval.ts';
import * as json from './pg-json.ts';
import * as making from './pg-moment-making.ts';
import * as numeric from './pg-numeric.ts';
import { numericDeviation } from './pg-numeric-root.ts';
import * as order from './pg-order-key.ts';
import * as statistics from './pg-statistics.ts';
import * as text from './pg-text.ts';
import * as format from './pg-to-char.ts';
import * as zone from './pg-zone.ts';
import { fail, INTERRUPTED, ValueFailure } from './row-failure.ts';
import { isValid, readValidity, StringReader, StringWriter, TextCollector, writeNulls } from './string-layout.ts';

type Value = string | number | bigint | boolean | null;
type Implementation = (...values: never[]) => Value;

const float8 = float.floatOperations((value) => value);
const float4 = float.floatOperations(Math.fround);

const IMPLEMENTATIONS: Record<EngineFunctionName, Implementation> = {
  rtdp_float8_add: float8.add,
  rtdp_float8_subtract: float8.subtract,
  rtdp_float8_multiply: float8.multiply,
  rtdp_float8_divide: float8.divide,
  rtdp_float4_add: float4.add,
  rtdp_float4_subtract: float4.subtract,
  rtdp_float4_multiply: float4.multiply,
  rtdp_float4_divide: float4.divide,
  rtdp_int8_divide: integer.divideInt8,
  rtdp_int8_modulo: integer.moduloInt8,
  rtdp_float8_text: float.formatFloat8,
  rtdp_float4_text: float.formatFloat4,
  rtdp_float8_to_float4: float.float8ToFloat4,
  rtdp_float8_to_int8: float.float8ToInt8,
  rtdp_float8_to_numeric: (value: number) => float.floatToNumericText(value, 15),
  rtdp_float4_to_numeric: (value: number) => float.floatToNumericText(value, 6),
  rtdp_numeric_add: numeric.addNumeric,
  rtdp_numeric_subtract: numeric.subtractNumeric,
  rtdp_numeric_multiply: numeric.multiplyNumeric,
  rtdp_numeric_divide: numeric.divideNumeric,
  rtdp_numeric_modulo: numeric.moduloNumeric,
  rtdp_numeric_compare: numeric.compareNumeric,
  rtdp_numeric_key: numeric.numericKey,
  rtdp_numeric_sum: numeric.sumNumeric,
  rtdp_numeric_round: numeric.roundNumeric,
  rtdp_numeric_truncate: numeric.truncateNumeric,
  rtdp_numeric_ceiling: numeric.ceilingNumeric,
  rtdp_numeric_floor: numeric.floorNumeric,
  rtdp_numeric_absolute: numeric.absoluteNumeric,
  rtdp_numeric_negate: numeric.negateNumeric,
  rtdp_numeric_sign: numeric.signNumeric,
  rtdp_numeric_fit: numeric.fitNumeric,
  rtdp_numeric_to_int8: numeric.numericToInt8,
  rtdp_numeric_to_float8: numeric.numericToFloat8,
  rtdp_text_to_int8: text.parseInt8,
  rtdp_text_to_float8: float.parseFloat8,
  rtdp_text_to_float4: float.parseFloat4,
  rtdp_text_to_numeric: numeric.readNumeric,
  rtdp_text_to_bool: text.parseBool,
  rtdp_text_to_date: text.parseDate,
  rtdp_text_to_timestamp: text.parseTimestamp,
  rtdp_text_to_timestamptz: text.parseTimestamptz,
  rtdp_text_to_uuid: text.parseUuid,
  rtdp_lower: text.lower,
  rtdp_upper: text.upper,
  rtdp_initcap: text.initcap,
  rtdp_reverse: text.reverse,
  rtdp_substring: text.substring,
  rtdp_split_part: text.splitPart,
  rtdp_chr: text.characterOf,
  rtdp_translate: text.translate,
  rtdp_fail: (message: string) => fail(message),
  rtdp_json_check: json.checkJson,
  rtdp_jsonb_read: json.readJsonb,
  rtdp_json_member: json.jsonMember,
  rtdp_json_member_text: (value: string, key: string) => json.jsonText(json.jsonMember(value, key)),
  rtdp_json_item: json.jsonItem,
  rtdp_json_item_text: (value: string, index: number) => json.jsonText(json.jsonItem(value, index)),
  rtdp_jsonb_item: json.jsonbItem,
  rtdp_jsonb_item_text: (value: string, index: number) => json.jsonText(json.jsonbItem(value, index)),
  rtdp_json_path: json.jsonPath,
  rtdp_json_path_text: (value: string, path: string) => json.jsonText(json.jsonPath(value, path)),
  rtdp_json_length: json.jsonLength,
  rtdp_json_kind: json.jsonKind,
  rtdp_json_text: json.jsonText,
  rtdp_json_has_member: json.jsonHasMember,
  rtdp_json_number: json.jsonNumber,
  rtdp_json_boolean: json.jsonBoolean,
  rtdp_json_items: json.jsonItemsJoined,
  rtdp_array_escape: array.escapeItem,
  rtdp_array_pack: array.packArray,
  rtdp_array_unpack: array.unpackItem,
  rtdp_array_make: array.makeArray,
  rtdp_array_length: array.arrayLength,
  rtdp_array_item: array.arrayItem,
  rtdp_array_join: array.joinItems,
  rtdp_array_join_nulls: array.joinItemsWithNulls,
  rtdp_array_split: array.splitText,
  rtdp_array_concat: array.concatArrays,
  rtdp_array_remove: array.removeItem,
  rtdp_array_position: array.itemPosition,
  rtdp_array_has: array.hasItem,
  rtdp_array_contains: array.containsItems,
  rtdp_array_overlaps: array.overlapsItems,
  rtdp_array_json: array.arrayJson,
  rtdp_array_key: order.arrayKey,
  rtdp_jsonb_key: order.jsonbKey,
  rtdp_json_quote: json.quoteJson,
  rtdp_numeric_deviation: numericDeviation,
  rtdp_float8_deviation: statistics.float8Deviation,
  rtdp_float8_regression: statistics.float8Regression,
  rtdp_most_frequent: array.mostFrequent,
  rtdp_interval_between: interval.intervalBetween,
  rtdp_interval_add: interval.addIntervals,
  rtdp_interval_subtract: interval.subtractIntervals,
  rtdp_interval_multiply: interval.multiplyInterval,
  rtdp_interval_divide: interval.divideInterval,
  rtdp_interval_sum: interval.sumIntervals,
  rtdp_interval_key: interval.intervalKey,
  rtdp_interval_field: interval.intervalField,
  rtdp_moment_add: interval.moveMoment,
  rtdp_age: interval.age,
  rtdp_make_date: interval.makeDate,
  rtdp_make_time: making.makeTime,
  rtdp_interval_part: making.intervalPart,
  rtdp_interval_time: making.intervalTime,
  rtdp_make_interval: making.makeInterval,
  rtdp_read_moment: making.readMoment,
  rtdp_moment_of_seconds: making.momentOfSeconds,
  rtdp_zone_to_local: zone.toLocal,
  rtdp_zone_to_utc: zone.toUtc,
  rtdp_to_char_moment: format.momentToChar,
  rtdp_to_char_number: format.numberToChar,
  rtdp_numeric_series: numeric.seriesNumeric,
};

/** Numbers of the engine's logical types, as its C interface counts them. */
export const ENGINE_TYPE_NUMBER: Record<EngineValueType, number> = {
  BOOLEAN: 1,
  INTEGER: 4,
  BIGINT: 5,
  FLOAT: 10,
  DOUBLE: 11,
  VARCHAR: 17,
};

/** What a call says that was given up; `QueryFailure` knows it. */
const TOOK_TOO_LONG = `${INTERRUPTED}: a function took too long over some rows`;

/**
 * Registers every function for all connections of the database. A call that takes longer than `longestMilliseconds` gives up: while it runs,
 * nothing else does on this thread, and the engine cannot interrupt it.
 */
export function registerFunctions(connection: Connection, longestMilliseconds: number): void {
  for (const [name, signature] of Object.entries(ENGINE_FUNCTIONS) as [EngineFunctionName, EngineFunction][]) {
    const engineFunction = duckdb.create_scalar_function();
    duckdb.scalar_function_set_name(engineFunction, name);
    for (const parameter of signature.parameters) {
      duckdb.scalar_function_add_parameter(engineFunction, duckdb.create_logical_type(ENGINE_TYPE_NUMBER[parameter]));
    }
    duckdb.scalar_function_set_return_type(
      engineFunction,
      duckdb.create_logical_type(ENGINE_TYPE_NUMBER[signature.returns]),
    );
    // A failure must not be computed ahead of the rows it is meant for.
    if (name === 'rtdp_fail') duckdb.scalar_function_set_volatile(engineFunction);
    const body = functionBody(IMPLEMENTATIONS[name], signature, longestMilliseconds);
    duckdb.scalar_function_set_function(engineFunction, (info, input, output) => {
      try {
        body(input, output);
      } catch (error) {
        if (!(error instanceof ValueFailure) && !(error instanceof RangeError)) {
          duckdb.scalar_function_set_error(info, `${name}: ${(error as Error).stack ?? String(error)}`);
          return;
        }
        duckdb.scalar_function_set_error(info, error.message);
      }
    });
    duckdb.register_scalar_function(connection, engineFunction);
    duckdb.destroy_scalar_function_sync(engineFunction);
  }
}

/** Rows between two looks at the clock. */
const ROWS_PER_LOOK = 32;

function functionBody(
  implementation: Implementation,
  signature: EngineFunction,
  longestMilliseconds: number,
): (input: DataChunk, output: Vector) => void {
  const call = implementation as unknown as (...values: Value[]) => Value;
  const inputs = signature.parameters.map((type) => new InputValues(type));
  const results = new OutputValues(signature.returns);
  return (input, output) => {
    const count = duckdb.data_chunk_get_size(input);
    for (const [index, values] of inputs.entries()) values.load(duckdb.data_chunk_get_vector(input, index), count);
    results.begin(count);
    const [first, second, third] = inputs;
    const latest = performance.now() + longestMilliseconds;
    for (let row = 0; row < count; row += 1) {
      if (row % ROWS_PER_LOOK === ROWS_PER_LOOK - 1 && performance.now() > latest)
        throw new ValueFailure(TOOK_TOO_LONG);
      const a = first!.get(row);
      const b = second === undefined ? undefined : second.get(row);
      const c = third === undefined ? undefined : third.get(row);
      if (a === null || b === null || c === null) results.push(null);
      else if (b === undefined) results.push(call(a));
      else results.push(c === undefined ? call(a, b) : call(a, b, c));
    }
    results.write(output);
  };
}

const WIDTH = { BOOLEAN: 1, INTEGER: 4, FLOAT: 4, BIGINT: 8, DOUBLE: 8 } as const;
const NO_VALUES = new DataView(new ArrayBuffer(0));

/** One argument of a call: texts are made one at a time, so that a chunk of long ones is never held twice. */
class InputValues {
  readonly #type: EngineValueType;
  readonly #texts = new StringReader();
  #view: DataView = NO_VALUES;
  #validity: Uint8Array | null = null;

  constructor(type: EngineValueType) {
    this.#type = type;
  }

  load(vector: Vector, count: number): void {
    this.#validity = readValidity(vector, count);
    if (this.#type === 'VARCHAR') {
      this.#texts.clear();
      this.#texts.append(vector, count, this.#validity);
    } else {
      const data = duckdb.vector_get_data(vector, count * WIDTH[this.#type]);
      this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    }
  }

  get(row: number): Value {
    if (!isValid(this.#validity, row)) return null;
    switch (this.#type) {
      case 'VARCHAR':
        return this.#texts.text(row);
      case 'INTEGER':
        return this.#view.getInt32(row * 4, true);
      case 'BIGINT':
        return this.#view.getBigInt64(row * 8, true);
      case 'DOUBLE':
        return this.#view.getFloat64(row * 8, true);
      case 'FLOAT':
        return this.#view.getFloat32(row * 4, true);
      default:
        return this.#view.getUint8(row) !== 0;
    }
  }
}

/** The results of a call, one after the other. */
class OutputValues {
  readonly #type: EngineValueType;
  readonly #writer = new StringWriter();
  readonly #texts = new TextCollector();
  #values: DataView = NO_VALUES;
  #nulls = new Uint8Array(0);
  #rows = 0;

  constructor(type: EngineValueType) {
    this.#type = type;
  }

  begin(count: number): void {
    this.#rows = 0;
    this.#nulls = new Uint8Array(count);
    if (this.#type === 'VARCHAR') this.#texts.begin(count);
    else this.#values = new DataView(new ArrayBuffer(count * WIDTH[this.#type]));
  }

  push(value: Value): void {
    const row = this.#rows;
    this.#rows += 1;
    if (value === null) this.#nulls[row] = 1;
    if (this.#type === 'VARCHAR') this.#texts.push(value as string | null);
    else if (value === null) return;
    else if (this.#type === 'INTEGER') this.#values.setInt32(row * 4, value as number, true);
    else if (this.#type === 'BIGINT') this.#values.setBigInt64(row * 8, value as bigint, true);
    else if (this.#type === 'DOUBLE') this.#values.setFloat64(row * 8, value as number, true);
    else if (this.#type === 'FLOAT') this.#values.setFloat32(row * 4, value as number, true);
    else this.#values.setUint8(row, value === true ? 1 : 0);
  }

  write(vector: Vector): void {
    if (this.#type === 'VARCHAR') this.#writer.write(vector, this.#texts.bytes, this.#texts.offsets, 0, this.#rows);
    else duckdb.copy_data_to_vector(vector, 0, this.#values.buffer as ArrayBuffer, 0, this.#values.byteLength);
    writeNulls(vector, this.#nulls, 0, this.#rows);
  }
}
