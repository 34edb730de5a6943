/** Binds variances, deviations, correlations and regressions: computed from all values by Postgres' own formulas. */
import { argumentsOf, type BindAggregate, refuseAggregate } from './aggregate-contract.ts';
import { cast, freeNumeric } from './casts.ts';
import { computed } from './expression.ts';
import { describeType, FLOAT8, FREE_NUMERIC, INT8, isFixed, isFloat, isInteger, isNumber } from './pg-type.ts';

/** Of exact numbers the result is a numeric with Postgres' digits. */
function deviation(kind: string): BindAggregate {
  return (given) => {
    const { rows, print, call } = given;
    const [value] = argumentsOf(given, 1);
    const { type } = value!;
    if (!isNumber(type)) throw refuseAggregate(given, `${describeType(type)} is not a number.`, 'Cast it.');
    if (given.distinct && !isInteger(type) && !isFixed(type))
      throw refuseAggregate(given, `DISTINCT of ${describeType(type)} is not proven.`, 'Use a subquery.');
    if (isFloat(type)) {
      const double = cast(rows.statement, value!, FLOAT8, 'implicit');
      const list = print('string_agg', `rtdp_float8_text(${double.sql}), ' '`);
      return computed(FLOAT8, `rtdp_float8_deviation('${kind}', ${list})`, [value!], {
        fallible: true,
        location: call.location,
      });
    }
    const numeric = freeNumeric(cast(rows.statement, value!, FREE_NUMERIC, 'implicit'));
    const list = print('string_agg', `${numeric.sql}, ' '`);
    return computed(FREE_NUMERIC, `rtdp_numeric_deviation('${kind}', ${list})`, [value!], { location: call.location });
  };
}

/** Of pairs (y, x) in which neither is NULL. */
function regression(kind: string): BindAggregate {
  return (given) => {
    const { rows, print, call } = given;
    if (given.distinct) throw refuseAggregate(given, 'DISTINCT is not proven.', 'Select DISTINCT in a subquery.');
    const pair = argumentsOf(given, 2).map((value) => cast(rows.statement, value, FLOAT8, 'implicit'));
    const [y, x] = pair.map(({ sql }) => `rtdp_float8_text(${sql})`);
    const list = print('string_agg', `${y} || ',' || ${x}, ' '`);
    const sql = `rtdp_float8_regression('${kind}', ${list})`;
    return kind === 'regr_count'
      ? computed(INT8, `coalesce(CAST(${sql} AS BIGINT), 0)`, pair, { location: call.location })
      : computed(FLOAT8, sql, pair, { fallible: true, location: call.location });
  };
}

export const STATISTICAL_AGGREGATES: Record<string, BindAggregate> = {
  variance: deviation('var_samp'),
  var_samp: deviation('var_samp'),
  var_pop: deviation('var_pop'),
  stddev: deviation('stddev_samp'),
  stddev_samp: deviation('stddev_samp'),
  stddev_pop: deviation('stddev_pop'),
  ...Object.fromEntries(
    'corr covar_pop covar_samp regr_count regr_avgx regr_avgy regr_sxx regr_syy regr_sxy regr_slope regr_intercept regr_r2'
      .split(' ')
      .map((name) => [name, regression(name)]),
  ),
};
