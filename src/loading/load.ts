/**
 * Evaluates the user's own TypeScript and JavaScript: configuration, models and revisions, in ESM and CommonJS projects and in
 * monorepos, with Node 20 and later. Nothing is written to disk. No global hook is installed.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { realpathSync } from 'node:fs';
import { RevError, type RevErrorCode } from '../errors.js';
import { evaluateGraph } from './bundle.js';
import { CompileFailure, loadingError } from './failure.js';
import { describeLocation, locate } from './locate.js';
import { moduleUrl } from './module-url.js';
import { exportsOf, isEvaluated, type ModuleExports, remember } from './modules.js';
import { classify, forgetFiles } from './resolve.js';
import { evaluateSingle } from './single.js';

export interface LoadOptions {
  /** The code of the error for a module that is missing, does not compile, or throws. */
  readonly code: RevErrorCode;
}

/** True in a module that is being evaluated, and in what it calls. */
const running = new AsyncLocalStorage<true>();

/** Loads run one after the other: two that share a module would evaluate it twice otherwise. */
let last: Promise<unknown> = Promise.resolve();

/**
 * The exports of each of `files` (absolute paths). A module is evaluated once per process: a file that was loaded before, or that
 * another one imported, gives the same objects.
 *
 * @throws RevError with the given code; its message starts with the user's `file:line:column`, its data is `{file, line, column}`.
 */
export function loadModules(
  files: readonly string[],
  options: LoadOptions,
): Promise<readonly ModuleExports[]> {
  if (running.getStore()) return Promise.reject(nestedLoad(options));
  const loading = last.then(() => running.run(true, () => load(files, options)));
  last = loading.catch(forgetFiles);
  return loading;
}

/** The same for one file. */
export async function loadModule(file: string, options: LoadOptions): Promise<ModuleExports> {
  const [module = {}] = await loadModules([file], options);
  return module;
}

async function load(files: readonly string[], { code }: LoadOptions): Promise<readonly ModuleExports[]> {
  const paths: string[] = [];
  const graph: string[] = [];
  for (const file of files) {
    try {
      const path = realPath(file);
      paths.push(path);
      if (!isEvaluated(path) && !(await evaluateAlone(path))) graph.push(path);
    } catch (thrown) {
      throw loadingError(code, thrown, file);
    }
  }
  try {
    if (graph.length > 0) await evaluateGraph(graph);
  } catch (thrown) {
    throw loadingError(code, thrown, graph[0] ?? '');
  }
  return paths.map((path) => exportsOf(path) ?? {});
}

/** Waiting would never end: the module waits for the load, and the load for the module. */
function nestedLoad({ code }: LoadOptions): RevError {
  const place = locate(new Error('here'));
  const where = place === undefined ? 'A module' : `${describeLocation(place)}: The module`;
  return new RevError(code, `${where} calls rev while it is loaded by rev itself.`, {
    hint: 'Call it from a function, or leave the file out of `schema` in alembic.config.ts.',
  });
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    throw new CompileFailure('the file does not exist', file);
  }
}

async function evaluateAlone(path: string): Promise<boolean> {
  const resolution = classify(path);
  if (resolution.kind !== 'native') return evaluateSingle(path);
  const { module } = (await import(
    moduleUrl(`export * as module from ${JSON.stringify(resolution.url)}`)
  )) as {
    module: object;
  };
  remember(path, { namespace: module });
  return true;
}
