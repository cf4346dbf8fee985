import type { Catalog, DialectName, QualifiedName } from '../catalog/index.js';
import { RevError, thrownText } from '../errors.js';
import type { Faces, NextOperation } from './faces.js';
import type { Source } from './source.js';
import { type SqlInput, type SqlParts, sqlParts } from './sql-text.js';

/** What the SQL of a project's own operation is written with. */
export interface SqlTools {
  readonly dialect: DialectName;
  /** A name, quoted. */
  identifier(name: string | QualifiedName): string;
  /** A value as a literal. */
  literal(value: unknown): string;
}

/** The faces of a kind of operation that a project defines. Only its SQL must be there. */
export interface OwnFaces<Input, Other extends NextOperation> {
  /** For people, and for the journal's hash. Where revisions are to be written with it, the name that it is exported by. */
  readonly name: string;
  /** One statement, or several. */
  readonly sql: (input: Input, tools: SqlTools) => SqlInput | readonly SqlInput[];
  /** The operations that undo it. Default: it cannot be undone from what it holds. */
  readonly invert?: (input: Input) => Other | readonly Other[] | null;
  /** The catalog afterwards: for scripts, and for what autogenerate rewrites. Default: as it was. */
  readonly apply?: (input: Input, catalog: Catalog) => Catalog;
  /** One line for a person. Default: its name. */
  readonly describe?: (input: Input) => string;
  /** What data cannot come back, line by line. Default: none. */
  readonly losses?: (input: Input) => readonly string[];
  /** What it and the operation after it come to. Default: they stay two. */
  readonly reduce?: (input: Input, next: Other) => readonly Other[] | null;
  /** The module that exports it, as a revision file imports it: `../operations/audit.js`. For autogenerate alone. */
  readonly from?: string;
}

/** One use of a definition. */
export interface OwnOperation {
  readonly kind: 'own';
  readonly definition: OwnFaces<never, never>;
  /** Plain data. */
  readonly input: unknown;
}

const the = ({ input }: OwnOperation) => input as never;

export function isDefinition(value: unknown): value is OwnOperation['definition'] {
  const { name, sql } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof sql === 'function';
}

/** Its statements. Throws REV_OPERATION, with its name, for what is no SQL. */
export function ownSql(operation: OwnOperation, tools: SqlTools): readonly SqlParts[] {
  return asked(operation, 'sql', () =>
    [operation.definition.sql(the(operation), tools)].flat().map(sqlParts),
  );
}

/** A definition is the project's own code: what it throws is told by its name. */
function asked<T>({ definition }: OwnOperation, face: keyof typeof definition, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const message = thrownText(cause);
    throw new RevError('REV_OPERATION', `The operation ${definition.name}: its ${face} threw: ${message}`, {
      hint: 'Mend its definition.',
      cause,
    });
  }
}

export const own: Faces<OwnOperation, never> = {
  invert(operation) {
    const inverse: never | readonly never[] | null =
      asked(operation, 'invert', () => operation.definition.invert?.(the(operation))) ?? null;
    return inverse === null ? null : [inverse].flat();
  },
  apply: (operation, catalog) =>
    asked(operation, 'apply', () => operation.definition.apply?.(the(operation), catalog)) ?? catalog,
  describe(operation) {
    const { name, describe } = operation.definition;
    try {
      return describe?.(the(operation)) ?? name;
    } catch {
      // It is asked for where something else has failed, and that is what has to be told.
      return name;
    }
  },
  render({ definition: { name, from }, input }, source) {
    if (from === undefined) {
      throw new RevError('REV_OPERATION', `The operation ${name} cannot be written into a revision.`, {
        hint: `Say in its definition which module exports it: from: '../operations/${name}.js'`,
      });
    }
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
      throw new RevError(
        'REV_OPERATION',
        `The operation ${name} cannot be imported: its name is no identifier.`,
        {
          hint: 'Give it the name that its module exports it by.',
        },
      );
    }
    return source.statement('run', [`${source.own(name, from)}(${plain(input, source, name)})`]);
  },
  reduce: (operation, next) =>
    asked(operation, 'reduce', () => operation.definition.reduce?.(the(operation), next as never)) ?? null,
  losses: (operation) =>
    asked(operation, 'losses', () => operation.definition.losses?.(the(operation))) ?? [],
};

/** Plain data as TypeScript. Throws REV_OPERATION for anything else. */
function plain(value: unknown, source: Source, name: string): string {
  if (value === undefined) return '';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return source.string(value);
  if (Array.isArray(value)) return source.list(value.map((each) => plain(each ?? null, source, name)));
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    return source.object(
      Object.fromEntries(
        Object.entries(value as object).map(([key, each]) => [
          key,
          each === undefined ? undefined : plain(each, source, name),
        ]),
      ),
    );
  }
  throw new RevError('REV_OPERATION', `The input of ${name} holds what is no plain data (${typeof value}).`, {
    hint: 'Strings, numbers, booleans, null, and lists and objects of them can be written into a revision.',
  });
}
