/**
 * The user's modules that this process has evaluated, by real path. A module is evaluated once per process, however many
 * graphs it is part of: a later graph is given a stub that reads the exports from here.
 */

/** What a module gave: the live namespace of an ES module, or the `module` of a CommonJS one. */
export type Evaluated = { readonly namespace: object } | { readonly module: { readonly exports: unknown } };

/** The exports of a loaded module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

const key = 'drizzle-alembic.modules';
const shared = globalThis as { [name: symbol]: Map<string, Evaluated> | undefined };
shared[Symbol.for(key)] ??= new Map();
const evaluated = shared[Symbol.for(key)] as Map<string, Evaluated>;

/** An expression that gives the same table to generated code. */
export const tableExpression = `globalThis[Symbol.for(${JSON.stringify(key)})]`;

export function isEvaluated(path: string): boolean {
  return evaluated.has(path);
}

export function remember(path: string, module: Evaluated): void {
  evaluated.set(path, module);
}

/** The exports of an evaluated module. `undefined`: it was not evaluated. */
export function exportsOf(path: string): ModuleExports | undefined {
  const module = evaluated.get(path);
  if (module === undefined) return undefined;
  if ('namespace' in module) return module.namespace as ModuleExports;
  const { exports } = module.module;
  return { ...(typeof exports === 'object' ? exports : undefined), default: exports };
}

/** The text of a module that hands on what an evaluated module exports. `undefined`: it was not evaluated. */
export function stubOf(path: string): string | undefined {
  const module = evaluated.get(path);
  if (module === undefined) return undefined;
  const source = `${tableExpression}.get(${JSON.stringify(path)})`;
  if ('module' in module) return `module.exports = ${source}.module.exports;`;
  return reexport(`${source}.namespace`, Object.keys(module.namespace));
}

/** The text of an ES module that exports the members `names` of the object that `expression` gives. */
export function reexport(expression: string, names: readonly string[]): string {
  const members = names.map((name, index) => `$${index} = $[${JSON.stringify(name)}]`);
  const exported = names.map((name, index) => `$${index} as ${JSON.stringify(name)}`);
  return `const ${[`$ = ${expression}`, ...members].join(', ')};\nexport { ${exported.join(', ')} };`;
}
