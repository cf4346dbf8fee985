import type { CliCommand } from '../command.js';

/** Every command with the line that `rev --help` shows; a command's own file is loaded when it is called. */
export const commands: Readonly<
  Record<
    string,
    {
      readonly describe: string;
      readonly aliases?: readonly string[];
      readonly load: () => Promise<CliCommand>;
    }
  >
> = {
  init: { describe: 'set up a project', load: async () => (await import('./init.js')).init },
  import: {
    describe: "turn another tool's migrations into revisions",
    load: async () => (await import('./import.js')).importFrom,
  },
  create: {
    describe: 'write a new revision, empty or from the models',
    aliases: ['revision'],
    load: async () => (await import('./create.js')).create,
  },
  upgrade: {
    describe: 'run revisions up to a target',
    load: async () => (await import('./upgrade.js')).upgrade,
  },
  downgrade: {
    describe: 'take revisions back down to a target',
    load: async () => (await import('./downgrade.js')).downgrade,
  },
  redo: {
    describe: 'take the last revision down and run it again',
    load: async () => (await import('./redo.js')).redo,
  },
  reset: {
    describe: 'take every revision down, or drop everything',
    load: async () => (await import('./reset.js')).reset,
  },
  backup: {
    describe: 'write a backup of the database',
    load: async () => (await import('./backup.js')).backup,
  },
  restore: {
    describe: 'make the database what a backup is',
    load: async () => (await import('./restore.js')).restore,
  },
  status: {
    describe: 'show what is applied, since when and by whom',
    load: async () => (await import('./status.js')).status,
  },
  info: {
    describe: 'show the configuration in force and its database',
    load: async () => (await import('./info.js')).info,
  },
  current: {
    describe: 'show the revisions that the database is at',
    load: async () => (await import('./current.js')).current,
  },
  check: {
    describe: 'tell whether models and database agree',
    load: async () => (await import('./check.js')).check,
  },
  diff: {
    describe: 'show what differs between models, database and revisions',
    load: async () => (await import('./diff.js')).diff,
  },
  heads: { describe: 'show the latest revisions', load: async () => (await import('./heads.js')).heads },
  branches: {
    describe: 'show where the history divides',
    load: async () => (await import('./branches.js')).branches,
  },
  history: {
    describe: 'list revisions, newest first',
    load: async () => (await import('./history.js')).history,
  },
  graph: {
    describe: 'draw the history as Mermaid, DOT, SVG or a page',
    load: async () => (await import('./graph.js')).graph,
  },
  show: { describe: 'show one revision', load: async () => (await import('./show.js')).show },
  edit: {
    describe: "open a revision's file in an editor",
    load: async () => (await import('./edit.js')).edit,
  },
  merge: {
    describe: 'write a revision that joins heads',
    load: async () => (await import('./merge.js')).merge,
  },
  rebase: {
    describe: 'put a branch onto another one, by other parents',
    load: async () => (await import('./rebase.js')).rebase,
  },
  stamp: {
    describe: 'set the version rows without running anything',
    load: async () => (await import('./stamp.js')).stamp,
  },
  doctor: {
    describe: 'find what is wrong with the files and the version table',
    load: async () => (await import('./doctor.js')).doctor,
  },
  'ensure-version': {
    describe: 'create the version table if it is absent',
    load: async () => (await import('./ensure-version.js')).ensureVersion,
  },
};
