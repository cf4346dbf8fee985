/** Enums, sequences and roles: PostgreSQL objects that belong to no table. */
import type { EnumType, Role, Sequence, SequenceOptions } from '../catalog/index.js';
import type { DrizzleEnum, DrizzleRole, DrizzleSequence, DrizzleSequenceOptions } from './drizzle-objects.js';
import { enumName } from './postgres-types.js';

export function readEnum(enumeration: DrizzleEnum): EnumType {
  return { kind: 'enum', ...enumName(enumeration), values: [...enumeration.enumValues] };
}

export function readSequence(sequence: DrizzleSequence): Sequence {
  return {
    kind: 'sequence',
    schema: sequence.schema ?? null,
    name: sequence.seqName,
    options: sequenceOptions(sequence.seqOptions),
  };
}

/** With PostgreSQL's defaults. */
export function readRole(role: DrizzleRole): Role {
  return {
    kind: 'role',
    name: role.name,
    createDb: role.createDb ?? false,
    createRole: role.createRole ?? false,
    inherit: role.inherit ?? true,
  };
}

/** Numbers as decimal strings. What every sequence has anyway (steps of 1, no cache, no cycle) is left out. */
export function sequenceOptions(options: DrizzleSequenceOptions = {}): SequenceOptions {
  const numbers = {
    start: decimal(options.startWith),
    increment: decimal(options.increment),
    minValue: decimal(options.minValue),
    maxValue: decimal(options.maxValue),
    cache: decimal(options.cache),
  };
  const usual = (name: string, value: string) => (name === 'increment' || name === 'cache') && value === '1';
  const given = Object.entries(numbers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !usual(entry[0], entry[1]),
  );
  return { ...Object.fromEntries(given), ...(options.cycle ? { cycle: true } : {}) };
}

function decimal(value: number | string | undefined): string | undefined {
  return typeof value === 'number' ? BigInt(value).toString() : (value ?? undefined);
}
