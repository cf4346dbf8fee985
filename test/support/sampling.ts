/**
 * Which of many runs are made: all of them where REV_FAULT_RUNS allows it, else a random choice that REV_FAULT_SEED
 * repeats.
 */
export const faultRuns = Number(process.env.REV_FAULT_RUNS ?? 24);
export const faultSeed = Number(process.env.REV_FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));

export function sample<T>(all: readonly T[], count: number = faultRuns): readonly T[] {
  const rest = [...all];
  const random = generator(faultSeed);
  const chosen: T[] = [];
  while (chosen.length < count && rest.length > 0) {
    chosen.push(...rest.splice(Math.floor(random() * rest.length), 1));
  }
  return chosen;
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
