import { extname, relative } from 'node:path';
import { graph as drawGraph, type GraphFormat, graphFormats } from '../../commands/graph.js';
import { RevError } from '../../errors.js';
import type { CliCommand } from '../command.js';
import { rangeOf, rangeOptions } from './range-options.js';

const formatsByEnding: Readonly<Record<string, GraphFormat>> = {
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
  '.dot': 'dot',
  '.gv': 'dot',
  '.svg': 'svg',
  '.html': 'html',
  '.htm': 'html',
};

export const graph: CliCommand = {
  command: 'graph',
  describe: 'Draw the history as Mermaid, DOT, SVG or a page for a browser.',
  examples: [
    ['rev graph -o history.html', 'a page to move in, search, and read operations and SQL'],
    ['rev graph --format mermaid', 'for Markdown'],
    ['rev graph --format dot | dot -Tpdf > history.pdf', 'for Graphviz'],
    ['rev graph -r 1f9a: -o latest.svg', 'a range'],
  ],
  options: (yargs) =>
    rangeOptions(yargs)
      .option('format', {
        alias: 'f',
        nargs: 1,
        type: 'string',
        choices: graphFormats,
        describe: "what to draw; default: by the file's ending",
      })
      .option('output', {
        alias: 'o',
        nargs: 1,
        type: 'string',
        describe: 'the file to write; default: stdout',
      })
      .option('no-run', {
        type: 'boolean',
        describe: 'html: do not run the revisions for their operations and SQL',
      }),
  async run({ environment, output }, args) {
    const file = args.text('output');
    const result = await drawGraph(environment, {
      format: formatOf(args.text('format'), file),
      file,
      ...rangeOf(args),
      noRun: args.flag('no-run'),
    });
    const { format, revisions, picture } = result;
    if (result.file !== null) output.talk(`Wrote ${relative(environment.cwd, result.file)}`);
    output.result(
      { format, revisions, file: result.file, ...(result.file === null ? { picture } : {}) },
      result.file ?? picture,
    );
  },
};

function formatOf(format: string | undefined, file: string | undefined): GraphFormat {
  const known = graphFormats.find((each) => each === format);
  const byEnding = file === undefined ? undefined : formatsByEnding[extname(file).toLowerCase()];
  const chosen = known ?? byEnding;
  if (chosen) return chosen;
  throw new RevError('REV_USAGE', 'What shall be drawn: mermaid, dot, svg or html?', {
    hint: 'rev graph --format mermaid, or a file with an ending that says it: rev graph -o history.html',
  });
}
