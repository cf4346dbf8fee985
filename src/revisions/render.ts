import { RevError } from '../errors.js';
import {
  describe,
  type Import,
  invert,
  losses,
  type Operation,
  render,
  Source,
} from '../operations/index.js';

/** The bodies of a revision's two functions. */
export interface Bodies {
  /** Statements, not indented. Empty: nothing to do. */
  readonly upgrade: string;
  readonly downgrade: string;
}

/** With what they import beside the type Op. */
export interface RenderedBodies extends Bodies {
  readonly imports: readonly Import[];
}

/**
 * Operations as TypeScript, upgrade and its exact inverse (or what `back` says that it is). Deterministic.
 * Throws REV_OPERATION where one cannot be inverted: those that autogenerate makes all can, those of a project may not.
 */
export function renderBodies(
  operations: readonly Operation[],
  back: readonly Operation[] | null = invert(operations),
  source = new Source(),
): RenderedBodies {
  if (!back) throw withoutInverse(operations);
  const upgrade = renderAll(operations, source);
  const downgrade = renderAll(back, source);
  return { imports: source.imports, upgrade, downgrade };
}

function renderAll(operations: readonly Operation[], source: Source): string {
  return operations
    .map((operation) => [...lossy(operation), render(operation, source)].join('\n'))
    .join('\n');
}

function lossy(operation: Operation): readonly string[] {
  return losses(operation).map((loss) => `// lossy: ${loss.replace(/\s+/g, ' ')} cannot come back`);
}

function withoutInverse(operations: readonly Operation[]): RevError {
  const first = operations.find((each) => invert([each]) === null);
  return new RevError(
    'REV_OPERATION',
    `Nothing says how to take back: ${first ? describe(first) : 'an operation'}.`,
    {
      hint: 'Give the operation an inverse (defineOperation: invert), or write the revision by hand.',
    },
  );
}
