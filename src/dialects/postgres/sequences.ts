import type { SequenceOptions } from '../../catalog/index.js';
import { parseType } from './types.js';

/** Options of sequences: what PostgreSQL takes where nothing is said, and how they are written. */

const ranges: Readonly<Record<string, readonly [min: string, max: string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};

export interface FullSequenceOptions {
  readonly start: string;
  readonly increment: string;
  readonly minValue: string;
  readonly maxValue: string;
  readonly cache: string;
  readonly cycle: boolean;
}

/** All options, the absent ones as PostgreSQL would choose them for a sequence of this type. */
export function fullOptions(options: SequenceOptions, type: string): FullSequenceOptions {
  const [lowest, highest] = ranges[parseType(type).base] ?? (ranges.bigint as readonly [string, string]);
  const increment = options.increment ?? '1';
  const descends = increment.startsWith('-');
  const minValue = options.minValue ?? (descends ? lowest : '1');
  const maxValue = options.maxValue ?? (descends ? '-1' : highest);
  return {
    start: options.start ?? (descends ? maxValue : minValue),
    increment,
    minValue,
    maxValue,
    cache: options.cache ?? '1',
    cycle: options.cycle ?? false,
  };
}

/** Only what differs from PostgreSQL's own choice. */
export function givenOptions(options: SequenceOptions, type: string): SequenceOptions {
  const full = fullOptions(options, type);
  const { increment } = full;
  const bounds = fullOptions({ increment }, type);
  const { start } = fullOptions({ increment, minValue: full.minValue, maxValue: full.maxValue }, type);
  return {
    ...(full.start === start ? {} : { start: full.start }),
    ...(increment === '1' ? {} : { increment }),
    ...(full.minValue === bounds.minValue ? {} : { minValue: full.minValue }),
    ...(full.maxValue === bounds.maxValue ? {} : { maxValue: full.maxValue }),
    ...(full.cache === '1' ? {} : { cache: full.cache }),
    ...(full.cycle ? { cycle: true } : {}),
  };
}

/** As a new sequence is made: only what is said. */
export function newSequenceClauses(options: SequenceOptions): readonly string[] {
  return [
    ...(options.increment === undefined ? [] : [`INCREMENT BY ${wholeNumber(options.increment)}`]),
    ...(options.minValue === undefined ? [] : [`MINVALUE ${wholeNumber(options.minValue)}`]),
    ...(options.maxValue === undefined ? [] : [`MAXVALUE ${wholeNumber(options.maxValue)}`]),
    ...(options.start === undefined ? [] : [`START WITH ${wholeNumber(options.start)}`]),
    ...(options.cache === undefined ? [] : [`CACHE ${wholeNumber(options.cache)}`]),
    ...(options.cycle === undefined ? [] : [options.cycle ? 'CYCLE' : 'NO CYCLE']),
  ];
}

/** As an existing one is set to exactly these options: what is absent goes back to its default. */
export function allSequenceClauses(options: SequenceOptions, type: string): readonly string[] {
  const full = fullOptions(options, type);
  return [
    `INCREMENT BY ${wholeNumber(full.increment)}`,
    options.minValue === undefined ? 'NO MINVALUE' : `MINVALUE ${wholeNumber(options.minValue)}`,
    options.maxValue === undefined ? 'NO MAXVALUE' : `MAXVALUE ${wholeNumber(options.maxValue)}`,
    `START WITH ${wholeNumber(full.start)}`,
    `CACHE ${wholeNumber(full.cache)}`,
    full.cycle ? 'CYCLE' : 'NO CYCLE',
  ];
}

function wholeNumber(text: string): string {
  return BigInt(text).toString();
}
