import type { ResolvedConfig } from '../config/config.js';
import type { RunHookContext, RunHooks } from '../config/run-hooks.js';
import { RevError, type RevErrorCode, thrownText } from '../errors.js';
import { callHook, type HookDatabase } from '../runtime/call-hook.js';
import type { StepReport } from '../runtime/events.js';
import { untilAborted } from '../runtime/in-time.js';
import type { RunOptions } from '../runtime/run-options.js';
import type { Database } from './database.js';
import type { Environment } from './environment.js';

/** What has failed is the run, whose function it was in: the code stays. */
const ofTheRun: readonly RevErrorCode[] = ['REV_CONNECT', 'REV_LOCKED', 'REV_POOLER'];

interface RunDatabase extends Pick<Database, 'dialect' | 'driver'> {
  readonly writerTimeout: number;
}

/** A function of `runHooks`, the way that the run goes there, and what its failure leaves. */
interface Called {
  readonly name: keyof RunHooks;
  readonly direction: RunHookContext['direction'];
  readonly outcome: string;
}

/** `runHooks` of the configuration, and then those that the program has given. */
export class ProjectHooks {
  readonly #environment: Environment;
  readonly #config: ResolvedConfig;
  readonly #all: readonly RunHooks[];
  readonly #context: RunHookContext;

  constructor(environment: Environment, config: ResolvedConfig, direction: RunHookContext['direction']) {
    this.#environment = environment;
    this.#config = config;
    this.#all = [config.runHooks, ...(environment.runHooks ? [environment.runHooks] : [])];
    const { args, tag } = environment;
    this.#context = { direction, env: config.env, args, tag };
  }

  /**
   * What a run calls; nothing where there is nothing to call.
   * @param database its session, and how long a statement waits for another writer (SQLite), in milliseconds
   */
  ofRun(database: RunDatabase): Pick<RunOptions, 'beforeRun' | 'afterStep' | 'afterRun'> {
    return {
      beforeRun: async (run) => {
        const direction = directionOf(run.steps[0]);
        const name = direction === 'upgrade' ? 'beforeUpgrade' : 'beforeDowngrade';
        if (!this.#has(name)) return;
        await this.#call({ name, direction, outcome: 'Nothing was run.' }, database, (hooks, shared) =>
          hooks[name]?.({ ...run, ...shared }),
        );
      },
      ...(this.#has('afterRevision') && {
        afterStep: async (report, rows) => {
          const { revision, message } = report;
          const step = { revision, message, ...rows };
          const outcome = `Revision ${revision} was not finished: in a transaction it was rolled back with this, outside of one it goes on from here.`;
          await this.#call(
            { name: 'afterRevision', direction: directionOf(report), outcome },
            database,
            (hooks, shared) => hooks.afterRevision?.({ ...step, ...shared }),
          );
        },
      }),
      afterRun: async (run) => {
        const direction = directionOf(run.steps[0]);
        const name = direction === 'upgrade' ? 'afterUpgrade' : 'afterDowngrade';
        if (!this.#has(name)) return;
        const outcome = 'The revisions were run, and stay. It is not called again for them.';
        await this.#call({ name, direction, outcome }, database, (hooks, shared) =>
          hooks[name]?.({ ...run, ...shared }),
        );
      },
    };
  }

  /** Its own failure is a warning: the run's error says more. */
  async tellError(error: unknown): Promise<void> {
    const { signal } = this.#environment;
    const known = error instanceof RevError ? error.data.direction : undefined;
    const direction = known === 'upgrade' || known === 'downgrade' ? known : this.#context.direction;
    for (const hooks of this.#all) {
      try {
        const told = hooks.onError?.({ ...this.#context, direction, error: error as Error });
        // An interrupt is told, too; the next one ends the process.
        await untilAborted(told, signal?.aborted ? undefined : signal);
      } catch (thrown) {
        this.#environment.report({
          kind: 'warning',
          text: `onError of runHooks failed: ${thrownText(thrown)}`,
        });
      }
    }
  }

  #has(name: keyof RunHooks): boolean {
    return this.#all.some((hooks) => hooks[name]);
  }

  async #call(
    { name, direction, outcome }: Called,
    { dialect, driver, writerTimeout }: RunDatabase,
    call: (hooks: RunHooks, shared: RunHookContext & HookDatabase) => unknown,
  ): Promise<void> {
    const { args, report, signal } = this.#environment;
    const { folder } = this.#config;
    const inTransaction = name === 'afterRevision';
    const options = { dialect, driver, args, folder, report, signal, inTransaction, writerTimeout };
    try {
      for (const hooks of this.#all) {
        await callHook((database) => call(hooks, { ...this.#context, direction, ...database }), options);
      }
    } catch (error) {
      if (signal?.aborted) {
        throw new RevError('REV_INTERRUPTED', `Interrupted in ${name} of runHooks.`, {
          hint: outcome,
          data: { hook: name, direction },
          cause: error,
        });
      }
      const known = error instanceof RevError ? error : undefined;
      const code = known && ofTheRun.includes(known.code) ? known.code : 'REV_RUN_HOOK';
      throw new RevError(code, `${name} of runHooks failed: ${thrownText(error)}`, {
        hint: `${outcome}\n${known?.hint ?? 'Mend the function, and run the same command again.'}`,
        // With the database's own code, by which a lock that was not to be had is known.
        data: { ...known?.data, hook: name, direction },
        cause: error,
      });
    }
  }
}

/** A stamp is no run of the project's. */
function directionOf(step: StepReport | undefined): RunHookContext['direction'] {
  return step?.direction === 'downgrade' ? 'downgrade' : 'upgrade';
}
