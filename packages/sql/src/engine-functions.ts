/** Lists the functions that give Postgres' meaning where the embedded engine has none; the engine package implements each of them. */

export type EngineValueType = 'VARCHAR' | 'DOUBLE' | 'FLOAT' | 'INTEGER' | 'BIGINT' | 'BOOLEAN';

export interface EngineFunction {
  readonly parameters: readonly EngineValueType[];
  readonly returns: EngineValueType;
}

const binaryDouble: EngineFunction = { parameters: ['DOUBLE', 'DOUBLE'], returns: 'DOUBLE' };
const binaryFloat: EngineFunction = { parameters: ['FLOAT', 'FLOAT'], returns: 'FLOAT' };
const textToText: EngineFunction = { parameters: ['VARCHAR'], returns: 'VARCHAR' };
const twoTexts: EngineFunction = { parameters: ['VARCHAR', 'VARCHAR'], returns: 'VARCHAR' };
const textAndNumber: EngineFunction = { parameters: ['VARCHAR', 'INTEGER'], returns: 'VARCHAR' };

/** Every function is strict (NULL in, NULL out) and may fail a row, whose error then reads as Postgres' would. */
export const ENGINE_FUNCTIONS = {
  // float8 and float4 arithmetic with Postgres' overflow, underflow and division errors
  rtdp_float8_add: binaryDouble,
  rtdp_float8_subtract: binaryDouble,
  rtdp_float8_multiply: binaryDouble,
  rtdp_float8_divide: binaryDouble,
  rtdp_float4_add: binaryFloat,
  rtdp_float4_subtract: binaryFloat,
  rtdp_float4_multiply: binaryFloat,
  rtdp_float4_divide: binaryFloat,
  // bigint division, also of the narrower integers
  rtdp_int8_divide: { parameters: ['BIGINT', 'BIGINT'], returns: 'BIGINT' },
  rtdp_int8_modulo: { parameters: ['BIGINT', 'BIGINT'], returns: 'BIGINT' },
  rtdp_float8_text: { parameters: ['DOUBLE'], returns: 'VARCHAR' },
  rtdp_float4_text: { parameters: ['FLOAT'], returns: 'VARCHAR' },
  rtdp_float8_to_float4: { parameters: ['DOUBLE'], returns: 'FLOAT' },
  rtdp_float8_to_int8: { parameters: ['DOUBLE'], returns: 'BIGINT' },
  rtdp_float8_to_numeric: { parameters: ['DOUBLE'], returns: 'VARCHAR' },
  rtdp_float4_to_numeric: { parameters: ['FLOAT'], returns: 'VARCHAR' },
  // numeric of any precision, as text
  rtdp_numeric_add: twoTexts,
  rtdp_numeric_subtract: twoTexts,
  rtdp_numeric_multiply: twoTexts,
  rtdp_numeric_divide: twoTexts,
  rtdp_numeric_modulo: twoTexts,
  /** Texts that are equal and in order exactly where the numbers are. */
  rtdp_numeric_key: textToText,
  /** The sum of numbers separated by blanks, with the greatest scale among them. */
  rtdp_numeric_sum: textToText,
  rtdp_numeric_compare: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'INTEGER' },
  rtdp_numeric_round: textAndNumber,
  rtdp_numeric_truncate: textAndNumber,
  rtdp_numeric_ceiling: textToText,
  rtdp_numeric_floor: textToText,
  rtdp_numeric_absolute: textToText,
  rtdp_numeric_negate: textToText,
  rtdp_numeric_sign: textToText,
  rtdp_numeric_fit: { parameters: ['VARCHAR', 'INTEGER', 'INTEGER'], returns: 'VARCHAR' },
  rtdp_numeric_to_int8: { parameters: ['VARCHAR'], returns: 'BIGINT' },
  rtdp_numeric_to_float8: { parameters: ['VARCHAR'], returns: 'DOUBLE' },
  // reading text as a value
  rtdp_text_to_int8: { parameters: ['VARCHAR'], returns: 'BIGINT' },
  rtdp_text_to_float8: { parameters: ['VARCHAR'], returns: 'DOUBLE' },
  rtdp_text_to_float4: { parameters: ['VARCHAR'], returns: 'FLOAT' },
  rtdp_text_to_numeric: textToText,
  rtdp_text_to_bool: { parameters: ['VARCHAR'], returns: 'BOOLEAN' },
  rtdp_text_to_date: textToText,
  rtdp_text_to_timestamp: textToText,
  rtdp_text_to_timestamptz: textToText,
  rtdp_text_to_uuid: textToText,
  // text
  rtdp_lower: textToText,
  rtdp_upper: textToText,
  rtdp_initcap: textToText,
  rtdp_reverse: textToText,
  rtdp_substring: { parameters: ['VARCHAR', 'BIGINT', 'BIGINT'], returns: 'VARCHAR' },
  rtdp_split_part: { parameters: ['VARCHAR', 'VARCHAR', 'INTEGER'], returns: 'VARCHAR' },
  rtdp_chr: { parameters: ['INTEGER'], returns: 'VARCHAR' },
  rtdp_translate: { parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'], returns: 'VARCHAR' },
  rtdp_fail: textToText,
  // json and jsonb, both as text
  rtdp_json_check: textToText,
  rtdp_jsonb_read: textToText,
  rtdp_json_member: twoTexts,
  rtdp_json_member_text: twoTexts,
  rtdp_json_item: textAndNumber,
  rtdp_json_item_text: textAndNumber,
  rtdp_jsonb_item: textAndNumber,
  rtdp_jsonb_item_text: textAndNumber,
  rtdp_json_path: twoTexts,
  rtdp_json_path_text: twoTexts,
  rtdp_json_length: { parameters: ['VARCHAR'], returns: 'INTEGER' },
  rtdp_json_kind: textToText,
  rtdp_json_text: textToText,
  rtdp_json_has_member: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'BOOLEAN' },
  rtdp_json_number: textToText,
  rtdp_json_boolean: { parameters: ['VARCHAR'], returns: 'BOOLEAN' },
  /** The items of an array joined by U+001F, which valid JSON never holds; NULL where there are none. */
  rtdp_json_items: textToText,
  // arrays as Postgres prints them; packed: each item `N` or `V` and its escaped text, separated by U+001F, NULL where there is none
  rtdp_array_escape: textToText,
  rtdp_array_pack: textToText,
  rtdp_array_unpack: textToText,
  rtdp_array_make: textToText,
  rtdp_array_length: { parameters: ['VARCHAR'], returns: 'INTEGER' },
  rtdp_array_item: textAndNumber,
  rtdp_array_join: twoTexts,
  rtdp_array_join_nulls: { parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'], returns: 'VARCHAR' },
  rtdp_array_split: twoTexts,
  rtdp_array_concat: twoTexts,
  rtdp_array_remove: twoTexts,
  rtdp_array_position: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'INTEGER' },
  rtdp_array_has: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'BOOLEAN' },
  rtdp_array_contains: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'BOOLEAN' },
  rtdp_array_overlaps: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'BOOLEAN' },
  rtdp_array_json: twoTexts,
  /** Texts that are equal and in order, byte by byte, exactly where the values are; of an array also the kind of its items. */
  rtdp_array_key: twoTexts,
  rtdp_jsonb_key: textToText,
  rtdp_json_quote: textToText,
  // aggregates over all values, separated by blanks (pairs by commas); the first argument says which
  rtdp_numeric_deviation: twoTexts,
  rtdp_float8_deviation: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'DOUBLE' },
  rtdp_float8_regression: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'DOUBLE' },
  /** The packed item that is there most often, the first of several. */
  rtdp_most_frequent: textToText,
  // moments are microseconds since 1970, intervals as Postgres prints them
  rtdp_interval_between: { parameters: ['BIGINT', 'BIGINT'], returns: 'VARCHAR' },
  rtdp_interval_add: twoTexts,
  rtdp_interval_subtract: twoTexts,
  rtdp_interval_multiply: { parameters: ['VARCHAR', 'DOUBLE'], returns: 'VARCHAR' },
  rtdp_interval_divide: { parameters: ['VARCHAR', 'DOUBLE'], returns: 'VARCHAR' },
  rtdp_interval_sum: textToText,
  /** Microseconds, a month being 30 days: by which intervals are compared. */
  rtdp_interval_key: { parameters: ['VARCHAR'], returns: 'BIGINT' },
  rtdp_interval_field: twoTexts,
  rtdp_moment_add: { parameters: ['BIGINT', 'VARCHAR'], returns: 'BIGINT' },
  rtdp_age: { parameters: ['BIGINT', 'BIGINT'], returns: 'VARCHAR' },
  rtdp_make_date: { parameters: ['INTEGER', 'INTEGER', 'INTEGER'], returns: 'VARCHAR' },
  rtdp_make_time: { parameters: ['INTEGER', 'INTEGER', 'DOUBLE'], returns: 'BIGINT' },
  /** `first * factor + second` of whole months or days. */
  rtdp_interval_part: { parameters: ['INTEGER', 'INTEGER', 'INTEGER'], returns: 'INTEGER' },
  rtdp_interval_time: { parameters: ['INTEGER', 'INTEGER', 'DOUBLE'], returns: 'BIGINT' },
  /** Months, days and microseconds. */
  rtdp_make_interval: { parameters: ['INTEGER', 'INTEGER', 'BIGINT'], returns: 'VARCHAR' },
  /** A text and the format it has. */
  rtdp_read_moment: { parameters: ['VARCHAR', 'VARCHAR'], returns: 'BIGINT' },
  rtdp_moment_of_seconds: { parameters: ['DOUBLE'], returns: 'BIGINT' },
  rtdp_zone_to_local: { parameters: ['VARCHAR', 'BIGINT'], returns: 'BIGINT' },
  rtdp_zone_to_utc: { parameters: ['VARCHAR', 'BIGINT'], returns: 'BIGINT' },
  rtdp_to_char_moment: { parameters: ['BIGINT', 'VARCHAR'], returns: 'VARCHAR' },
  rtdp_to_char_number: twoTexts,
  /** The numbers of generate_series, separated by U+001F; NULL where there are none. */
  rtdp_numeric_series: { parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'], returns: 'VARCHAR' },
} as const satisfies Record<string, EngineFunction>;

export type EngineFunctionName = keyof typeof ENGINE_FUNCTIONS;

/** What separates the items that `rtdp_json_items` gives. */
export const ITEM_SEPARATOR = '\u001f';
