import type { Environment } from './environment.js';
import { parseScriptRange, type RunTargetOptions, type RunTargetResult, runTarget } from './run-target.js';

export interface StampOptions extends Pick<RunTargetOptions, 'sql' | 'lockWait'> {
  /** Delete all rows first, whatever they hold. */
  readonly purge?: boolean | undefined;
}

/** Sets the version rows without running anything. */
export async function stamp(
  environment: Environment,
  targets: readonly string[],
  options: StampOptions = {},
): Promise<RunTargetResult> {
  const ranges = targets.map((target) =>
    options.sql ? parseScriptRange(target) : { from: null, to: target },
  );
  const from = ranges.find((range) => range.from !== null)?.from ?? 'base';
  return runTarget(
    environment,
    ({ graph }, rows) =>
      graph.planStamp(
        rows,
        ranges.map((range) => range.to),
        { purge: options.purge ?? false },
      ),
    { ...options, from, title: `rev stamp ${targets.join(' ')}` },
  );
}
