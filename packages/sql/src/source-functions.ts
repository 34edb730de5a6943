/** Lists the functions that may be sent to a Postgres source: they compute from their arguments and reach nothing else. */

/** All of them stand in pg_catalog; aggregates, windows and set-returning functions are among them. */
export const SOURCE_FUNCTIONS: ReadonlySet<string> = new Set(
  `abs acos acosd acosh age any_value area array_agg array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
  array_positions array_prepend array_remove array_replace array_reverse array_sort array_to_json array_to_string array_upper ascii asin asind asinh
  atan atan2 atan2d atand atanh avg bit_and bit_count bit_length bit_or bit_xor bool_and bool_or btrim cardinality casefold cbrt ceil ceiling
  char_length character_length chr clock_timestamp coalesce concat concat_ws convert_from convert_to corr cos cosd cosh cot cotd count covar_pop
  covar_samp crc32 crc32c cume_dist date date_add date_bin date_part date_subtract date_trunc daterange decode degrees dense_rank div encode erf erfc
  every exp extract factorial first_value floor format gamma gcd gen_random_uuid generate_series generate_subscripts get_bit get_byte greatest host
  initcap int4range int8range isempty isfinite is_normalized json_agg json_agg_strict json_array_elements json_array_elements_text json_array_length
  json_build_array json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg
  json_object_agg_strict json_object_agg_unique json_object_keys json_strip_nulls json_typeof jsonb_agg jsonb_agg_strict jsonb_array_elements
  jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_contained jsonb_contains jsonb_each jsonb_each_text
  jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg
  jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
  jsonb_path_query_first jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_typeof justify_days justify_hours justify_interval lag
  last_value lcm lead least left length lgamma like_escape ln log log10 lower lower_inc lower_inf lpad ltrim make_date make_interval make_time
  make_timestamp make_timestamptz masklen max md5 min min_scale mod mode multirange netmask network normalize now nth_value ntile nullif num_nonnulls
  num_nulls numrange octet_length overlaps overlay percent_rank percentile_cont percentile_disc phraseto_tsquery pi plainto_tsquery position pow power
  quote_ident quote_literal quote_nullable radians random range_agg range_merge rank regexp_count regexp_instr regexp_like regexp_match
  regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2
  regr_slope regr_sxx regr_sxy regr_syy repeat replace reverse right round row_number row_to_json rpad rtrim scale setweight sha224 sha256 sha384
  sha512 sign similar_escape similar_to_escape sin sind sinh split_part sqrt starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg
  string_to_array string_to_table strpos substr substring sum tan tand tanh timezone to_bin to_char to_date to_hex to_json to_jsonb to_number to_oct
  to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim_array trim_scale trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange
  tsvector_to_array unistr unnest upper upper_inc upper_inf uuidv4 uuidv7 var_pop var_samp variance websearch_to_tsquery width_bucket`.split(
    /\s+/,
  ),
);

/** Those that give another value on each call or each day; they are never moved, only left where the whole query goes. */
export const VOLATILE_FUNCTIONS: ReadonlySet<string> = new Set(
  'clock_timestamp gen_random_uuid random uuidv4 uuidv7 now statement_timestamp transaction_timestamp age to_tsquery to_tsvector plainto_tsquery'.split(
    ' ',
  ),
);

/** Types of a cast that may be sent: all read and print values only; `regclass` and its like would read the source's catalog. */
export const SOURCE_TYPES: ReadonlySet<string> = new Set(
  `bool boolean int2 smallint int4 int integer int8 bigint float4 real float8 numeric decimal text varchar bpchar char date time timetz timestamp
  timestamptz interval uuid json jsonb jsonpath bytea inet cidr macaddr macaddr8 bit varbit money point line lseg box path polygon circle int4range
  int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange tsvector
  tsquery`.split(/\s+/),
);
