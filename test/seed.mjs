import fc from 'fast-check';

// The same cases in every run, so that a red run can be had again; FAST_CHECK_SEED gives others.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261120) });
