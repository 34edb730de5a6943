/**
 * Decides the seed of every property test: the same cases on each run, so that a red run is the change's fault and
 * can be run again; `RTDP_TEST_SEED=N npm test` tries others.
 */
import fc from 'fast-check';

const seed = Number(process.env.RTDP_TEST_SEED ?? 1);
if (!Number.isInteger(seed)) throw new Error('RTDP_TEST_SEED must be a whole number.');
fc.configureGlobal({ seed });
