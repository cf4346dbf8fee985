import { RevError } from '../errors.js';
import type { Op } from './op.js';
import type { RevisionFunctions } from './revision-source.js';

/** Where a revision runs, in a project with several databases. */
export interface DatabasePlace {
  readonly name: string;
  /** All of them. */
  readonly names: readonly string[];
}

/** The functions of a revision, such that `op.on` runs what is for this database, and passes over the rest. */
export function inDatabase(functions: RevisionFunctions, place: DatabasePlace): RevisionFunctions {
  const placed =
    (call: RevisionFunctions['upgrade']): RevisionFunctions['upgrade'] =>
    async (op) => {
      const parts: Promise<void>[] = [];
      await call(opIn(op, place, parts));
      // A part that nobody awaited.
      await Promise.all(parts);
    };
  const { upgrade, downgrade } = functions;
  return { ...functions, upgrade: placed(upgrade), downgrade: downgrade && placed(downgrade) };
}

function opIn(op: Op, { name, names }: DatabasePlace, parts: Promise<void>[]): Op {
  const run = async (database: string | readonly string[], work: (op: never) => unknown) => {
    const wanted = [database].flat();
    const unknown = wanted.find((each) => !names.includes(each));
    if (unknown !== undefined) {
      throw new RevError('REV_OPERATION', `op.on names a database that there is not: ${unknown}.`, {
        hint: `The configuration has ${names.join(', ')}.`,
      });
    }
    if (wanted.includes(name)) await work(placed as never);
  };
  const on: Op['on'] = (database, work) => {
    const part = run(database, work);
    // Whoever calls it may never look at it; what failed is found above.
    part.catch(() => undefined);
    parts.push(part);
    return part;
  };
  const placed: Op = Object.create(op, { on: { value: on }, database: { value: name } });
  return placed;
}
