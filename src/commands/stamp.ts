import { RevError } from '../errors.js';
import type { Environment } from './environment.js';
import { parseScriptRange, type RunTargetOptions, type RunTargetResult, runTarget } from './run-target.js';
import { assertTarget } from './run-values.js';

export interface StampOptions extends Pick<RunTargetOptions, 'sql' | 'guard' | 'lockWait'> {
  /** Delete all rows first, whatever they hold. */
  readonly purge?: boolean | undefined;
}

/** Sets the version rows without running anything. */
export async function stamp(
  environment: Environment,
  targets: readonly string[],
  options: StampOptions = {},
): Promise<RunTargetResult> {
  const ranges = targets.map((target) => {
    assertTarget(target);
    return options.sql ? parseScriptRange(target) : { from: null, to: target };
  });
  const from = singleStart(ranges.flatMap((range) => (range.from === null ? [] : [range.from])));
  return runTarget(
    environment,
    ({ graph }, rows) =>
      graph.planStamp(
        rows,
        ranges.map((range) => range.to),
        { purge: options.purge ?? false },
      ),
    // A script cannot know the rows that it finds.
    {
      ...options,
      from,
      clear: options.purge ?? false,
      title: `rev stamp ${targets.join(' ')}`,
    },
  );
}

/** Where a script starts: every range that says so says the same. Throws REV_USAGE. */
function singleStart(starts: readonly string[]): string {
  const [first = 'base', second] = new Set(starts);
  if (second === undefined) return first;
  throw new RevError('REV_USAGE', `A script starts from one place: ${first} or ${second}?`, {
    hint: `If the database has both rows, name them together: --sql ${first},${second}:TARGET`,
  });
}
