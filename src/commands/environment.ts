import type { RenameCandidate } from '../diff/renames.js';
import type { Report } from '../runtime/events.js';

/** What a command is given of the world: where it runs, what it may ask, and where its events go. */
export interface Environment {
  readonly cwd: string;
  /** `--config`; absent: searched upwards from `cwd`. */
  readonly configFile?: string | undefined;
  /** `--env`. */
  readonly env?: string | undefined;
  /** `-x key=value`. */
  readonly args: Readonly<Record<string, string>>;
  /** `--tag`: for the configuration and the journal. */
  readonly tag?: string | undefined;
  /** `--url`: overrides the configuration's. */
  readonly url?: string | undefined;
  readonly report: Report;
  readonly now: () => Date;
  /** Makes an id unlike any other. */
  readonly nonce: () => string;
  /** Absent where nobody can answer: then a question is an error that says which flag answers it. */
  readonly ask?: Questioner | undefined;
  /** Aborted by an interrupt. */
  readonly signal?: AbortSignal | undefined;
}

export interface Questioner {
  /** Whether what was dropped has become what was added. */
  isRename(candidate: RenameCandidate): Promise<boolean>;
}
