import type { RunHooks } from '../config/run-hooks.js';
import type { RenameCandidate } from '../diff/rename-candidates.js';
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
  /** The program's own connection, in the place of a url. It stays open. */
  readonly connection?: object | undefined;
  /** Called after those of the configuration. */
  readonly runHooks?: RunHooks | undefined;
  /** `--database`: which of the project's databases, where it has several. */
  readonly database?: string | undefined;
  readonly report: Report;
  readonly now: () => Date;
  /** Makes an id unlike any other. */
  readonly nonce: () => string;
  /** `--yes`: consents to everything that would be asked. */
  readonly yes?: boolean | undefined;
  /** Absent where nobody can answer: then a question is an error that says which flag answers it. */
  readonly ask?: Questioner | undefined;
  /** Aborted by an interrupt. */
  readonly signal?: AbortSignal | undefined;
}

/** Something that cannot be undone. */
export interface Question {
  /** What will happen, as a sentence. */
  readonly message: string;
  /** What is lost by it, line by line. */
  readonly details: readonly string[];
}

export interface Questioner {
  confirm(question: Question): Promise<boolean>;
  /** The same where a mere yes is too easily given: the word has to be typed. */
  typeWord(question: Question, word: string): Promise<boolean>;
  /** Whether what was dropped has become what was added. */
  isRename(candidate: RenameCandidate): Promise<boolean>;
}
