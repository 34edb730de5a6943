/** Decides which words are SQL's own: those that a SELECT of Postgres is written with, so that a column called id or name looks like one; and which functions are proposed beside them. */
import { PostgreSQL, SQLDialect } from '@codemirror/lang-sql';

const WORDS =
  'all and any array as asc asymmetric between both by case cast coalesce collate cross cube current current_date ' +
  'current_time current_timestamp current_user desc distinct else end escape except exists extract false fetch filter ' +
  'first following for from full greatest group grouping having ilike in inner intersect is isnull join last lateral ' +
  'leading least left like limit localtime localtimestamp materialized natural not notnull null nullif nulls offset on ' +
  'only or order ordinality outer over overlaps overlay partition placing position preceding range recursive right ' +
  'rollup row rows select similar some substring symmetric tablesample then trailing trim true unbounded union using ' +
  'values when where window with within';

/** The library's list for Postgres has every word of its standard and of PL/pgSQL, `id` among them. */
export const SELECT_DIALECT = SQLDialect.define({ ...PostgreSQL.spec, keywords: WORDS });

const FUNCTIONS =
  'abs array_agg avg bool_and bool_or ceil concat concat_ws count date_part date_trunc dense_rank every first_value floor ' +
  'initcap json_agg jsonb_agg lag last_value lead length lower lpad ltrim max min mod now nth_value ntile percent_rank ' +
  'percentile_cont percentile_disc power rank regexp_replace repeat replace reverse round row_number rpad rtrim sign ' +
  'split_part sqrt starts_with stddev string_agg strpos substr sum to_char to_date to_timestamp trunc unnest upper variance';

/** For what is proposed alone: a column may well be called rank or count, and is not coloured then. */
export const PROPOSED_DIALECT = SQLDialect.define({ ...SELECT_DIALECT.spec, builtin: FUNCTIONS });
