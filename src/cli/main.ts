#!/usr/bin/env node
import { program } from './program.js';

// Whoever reads the output may have gone (`rev history | head`): the command goes on, and nothing is printed any more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const code = await program(process.argv.slice(2));
// What the user's own modules have left open (timers, pools) must not keep a finished command from ending.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
