import fc from 'fast-check';

/** REV_PROPERTY_SEED repeats the random cases of every property. */
const seed = process.env.REV_PROPERTY_SEED;
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
