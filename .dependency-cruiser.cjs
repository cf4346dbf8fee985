/** The floors of docs/architecture.md: a room imports only from rooms below it, and nothing goes in circles. */
const floors = [
  ['errors', '^src/errors\\.ts$'],
  ['catalog', '^src/catalog/'],
  ['graph', '^src/graph/'],
  ['pictures', '^src/pictures/'],
  ['loading', '^src/loading/'],
  ['operations', '^src/operations/'],
  ['diff', '^src/diff/'],
  ['dialect interface', '^src/dialects/(dialect|[a-z]+-(statements|sql))\\.ts$'],
  ['drizzle', '^src/drizzle/'],
  ['dialects', '^src/dialects/(postgres|sqlite)/|^src/dialects/load-dialect\\.ts$'],
  ['config', '^src/config/'],
  ['revisions', '^src/revisions/'],
  ['runtime', '^src/runtime/'],
  ['commands', '^src/commands/'],
  ['cli', '^src/cli/|^src/index\\.ts$'],
];

/** What each room may import, beside itself. */
const mayImport = {
  errors: [],
  catalog: ['errors'],
  graph: ['errors'],
  pictures: ['graph'],
  loading: ['errors'],
  operations: ['errors', 'catalog'],
  diff: ['errors', 'catalog', 'operations'],
  'dialect interface': ['catalog', 'operations', 'diff'],
  drizzle: ['errors', 'catalog'],
  dialects: ['errors', 'catalog', 'operations', 'diff', 'dialect interface'],
  config: ['errors', 'catalog', 'graph', 'loading', 'diff', 'dialect interface'],
  revisions: ['errors', 'catalog', 'graph', 'operations', 'loading'],
  runtime: ['errors', 'catalog', 'graph', 'loading', 'operations', 'dialect interface'],
  commands: [
    'errors',
    'catalog',
    'graph',
    'pictures',
    'loading',
    'operations',
    'diff',
    'dialect interface',
    'drizzle',
    'dialects',
    'config',
    'revisions',
    'runtime',
  ],
  cli: [
    'errors',
    'catalog',
    'graph',
    'pictures',
    'loading',
    'operations',
    'diff',
    'config',
    'runtime',
    'commands',
  ],
};

const pathOf = Object.fromEntries(floors);

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(mayImport).map(([room, below]) => ({
      name: `floor-${room.replace(/ /g, '-')}`,
      severity: 'error',
      from: { path: pathOf[room] },
      to: { path: '^src/', pathNot: [pathOf[room], ...below.map((each) => pathOf[each])] },
    })),
    {
      name: 'no-unlisted',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/(drizzle-orm|better-sqlite3|postgres)/',
      },
    },
    {
      name: 'dialects-apart',
      severity: 'error',
      from: { path: '^src/dialects/postgres/' },
      to: { path: '^src/dialects/sqlite/' },
    },
    {
      name: 'dialects-apart-too',
      severity: 'error',
      from: { path: '^src/dialects/sqlite/' },
      to: { path: '^src/dialects/postgres/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
