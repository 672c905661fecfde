import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Loaded as soon as the module is: neither `import type` nor `import()`. */
  readonly isStatic: boolean;
}

const ROOT = join(import.meta.dirname, '..');
const FILES = globSync('src/**/*.ts', { cwd: ROOT }).toSorted();

/** Without comments, so that prose about imports is none. Strings with `//` in them keep what stands before. */
const codeOf = (file: string): string =>
  readFileSync(join(ROOT, file), 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/(^|[^:'"`\\])\/\/.*$/gm, '$1');

function importsOf(file: string): Import[] {
  const code = codeOf(file);
  const statics = code.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm);
  const dynamics = code.matchAll(/\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g);
  return [
    ...Array.from(statics, ([, type, specifier = '']) => ({
      from: file,
      specifier,
      isStatic: type === undefined,
    })),
    ...Array.from(dynamics, ([, specifier = '']) => ({ from: file, specifier, isStatic: false })),
  ];
}

const IMPORTS = FILES.flatMap(importsOf);
const isOurs = ({ specifier }: Import): boolean => specifier.startsWith('.');
const targetOf = ({ from, specifier }: Import): string => join(dirname(from), specifier);
const show = (each: Import): string => `${each.from} -> ${each.specifier}`;

/**
 * 'src/sync/pass.ts' is in 'sync'; the kinds of sources and of destinations are one area each ('sources/s3'), what lies
 * beside them is 'sources'; 'src/index.ts' is 'index'.
 */
function areaOf(file: string): string {
  const [, area = '', part = ''] = relative('.', file).split('/');
  if ((area === 'sources' || area === 'destinations') && !part.endsWith('.ts')) return `${area}/${part}`;
  return area.replace(/\.ts$/, '');
}

const packageOf = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');

const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(packageOf(specifier));

/** What each area may import besides itself and model, which imports nothing of ours. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  http: [],
  remote: [],
  disk: [],
  // the program's own files, wherever it lies
  program: [],
  filter: [],
  api: ['http', 'remote'],
  stage: ['api', 'http', 'remote'],
  // SQL over HTTPS; it knows no Management API
  'data-api': ['http', 'remote'],
  // what pipelines of a database load
  load: ['data-api'],
  sources: ['remote'],
  'sources/local': ['disk', 'filter', 'program', 'sources'],
  'sources/s3': ['http', 'remote', 'sources'],
  'sources/memory': ['sources'],
  'sources/stage': ['stage', 'http', 'remote', 'sources'],
  'destinations/stage': ['stage', 'api', 'http', 'remote'],
  'destinations/local': ['disk'],
  'destinations/memory': [],
  sync: ['disk', 'remote', 'filter'],
  // compares two sources; the merge takes its parts from the engine's
  check: ['sync'],
  // copies, moves and removes single files and trees, on ports alone
  files: ['check', 'sync', 'remote'],
  // nothing of what it is asked by; folders are made in one way everywhere
  emulator: ['disk'],
  // what every source and destination promises, for those who write their own
  contract: ['filter'],
  // what workspaces cost, as totals and pictures; it knows no API
  billing: [],
  // what processes on several machines share, over Redis
  cluster: ['remote'],
  jobs: 'files check sources destinations sync emulator filter remote stage api data-api load cluster http disk'.split(
    ' ',
  ),
  // a file of jobs: reading it, and what it may run
  'jobs-file': ['jobs', 'filter', 'api', 'cluster', 'remote', 'http', 'disk'],
  // of the emulator: what guards a server on this machine against requests that mean another
  daemon: 'jobs-file jobs sync sources destinations remote emulator cluster http disk program'.split(' '),
  // what keeps a machine or an account from working
  doctor: 'jobs-file jobs sync sources stage api data-api cluster emulator http disk remote'.split(' '),
  cli: 'daemon doctor jobs-file billing jobs files check sync sources destinations emulator filter remote stage api data-api load cluster http disk program'.split(
    ' ',
  ),
};

function mayImport(from: string, to: string): boolean {
  if (from === to || from === 'index') return true;
  if (from !== 'model' && to === 'model') return true;
  const allowed = MAY_IMPORT[from] ?? [];
  // jobs and those above may open any kind of either end
  const isAbove =
    from === 'jobs' || from === 'jobs-file' || from === 'daemon' || from === 'doctor' || from === 'cli';
  return allowed.includes(to) || (isAbove && allowed.includes(to.split('/')[0] ?? ''));
}

/** A package's home. What is not named here may be used by src/cli alone. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  undici: ['http'],
  'form-data': ['stage'],
  fastify: ['emulator', 'daemon'],
  '@fastify/multipart': ['emulator'],
  'prom-client': ['daemon'],
  chokidar: ['sources/local'],
  'p-queue': ['remote', 'sync'],
  ignore: ['filter'],
  saxes: ['sources/s3'],
  'd3-scale': ['billing'],
  hyparquet: ['emulator', 'load', 'cli'],
  yaml: ['jobs-file'],
  croner: ['jobs-file', 'daemon'],
  '@opentelemetry/api': ['daemon'],
  ioredis: ['cluster'],
  bullmq: ['cluster'],
};

function homesOf(name: string): readonly string[] {
  if (name.startsWith('@aws-sdk/') || name.startsWith('@smithy/')) return ['sources/s3'];
  // A parser of foreign data, wanted wherever such data enters.
  if (name === 'zod')
    return ['jobs', 'jobs-file', 'daemon', 'api', 'stage', 'emulator', 'sources/s3', 'sync', 'cluster'];
  return HOMES[name] ?? ['cli'];
}

test('there is something to look at', () => {
  expect(FILES.length).toBeGreaterThan(5);
  expect(IMPORTS.filter(isOurs).length).toBeGreaterThan(10);
  expect(IMPORTS.some((each) => !each.isStatic)).toBe(true);
});

test('imports point one way', () => {
  const wrong = IMPORTS.filter(
    (each) => isOurs(each) && !mayImport(areaOf(each.from), areaOf(targetOf(each))),
  );
  expect(wrong.map(show)).toEqual([]);
});

test.each([
  ['cli', 'sync', true],
  ['jobs', 'check', true],
  ['sync', 'check', false],
  ['check', 'stage', false],
  ['files', 'stage', false],
  ['files', 'jobs', false],
  ['cli', 'daemon', true],
  ['cli', 'sources/s3', true],
  ['daemon', 'jobs', true],
  ['daemon', 'cli', false],
  ['doctor', 'cli', false],
  ['doctor', 'sources/s3', true],
  ['jobs', 'destinations/stage', true],
  ['jobs', 'daemon', false],
  ['jobs', 'cli', false],
  ['index', 'sources/local', true],
  ['sync', 'remote', true],
  ['sync', 'filter', true],
  ['sync', 'disk', true],
  ['sync', 'stage', false],
  ['sync', 'sources/local', false],
  ['remote', 'sync', false],
  ['sources/s3', 'http', true],
  ['sources/s3', 'sources/local', false],
  ['sources/local', 'filter', true],
  ['sources/local', 'http', false],
  ['filter', 'sync', false],
  ['destinations/stage', 'stage', true],
  ['stage', 'api', true],
  ['sync', 'load', false],
  ['load', 'data-api', true],
  ['data-api', 'api', false],
  ['api', 'stage', false],
  ['http', 'model', true],
  ['http', 'api', false],
  ['emulator', 'stage', false],
  ['emulator', 'http', false],
  ['model', 'sync', false],
  ['jobs', 'cluster', true],
  ['sync', 'cluster', false],
  ['cluster', 'stage', false],
])('%s may import %s: %s', (from, to, allowed) => {
  expect(mayImport(from, to)).toBe(allowed);
});

test('every area of src is in the list of what it may import', () => {
  const areas = new Set(FILES.map(areaOf));
  areas.delete('index');
  expect([...areas].filter((area) => MAY_IMPORT[area] === undefined)).toEqual([]);
});

test('every import of ours names a file that exists, inside src', () => {
  const wrong = IMPORTS.filter(
    (each) => isOurs(each) && !(targetOf(each).startsWith('src/') && existsSync(join(ROOT, targetOf(each)))),
  );
  expect(wrong.map(show)).toEqual([]);
});

test('model imports nothing but itself', () => {
  const wrong = IMPORTS.filter((each) => areaOf(each.from) === 'model' && !isOurs(each));
  expect(wrong.map(show)).toEqual([]);
});

test('a package is used only in the folder that owns it', () => {
  const wrong = IMPORTS.filter(
    (each) =>
      !isOurs(each) &&
      !isBuiltin(each.specifier) &&
      !homesOf(packageOf(each.specifier)).includes(areaOf(each.from)),
  );
  expect(wrong.map(show)).toEqual([]);
});

test('the engine knows no service: no word of Stage’s API and none of S3', () => {
  const naming = FILES.filter((file) => areaOf(file) === 'sync' && /stage_|s3/i.test(codeOf(file)));
  expect(naming).toEqual([]);
});

/** Comments too: the engine's reader is not to take a destination for a Stage. */
test('the engine, the way to a destination and the filters do not speak of Stage, but of the destination', () => {
  const neutral = ['sync', 'remote', 'filter'];
  const files = FILES.filter((file) => neutral.includes(areaOf(file)));
  expect(files.length).toBeGreaterThan(50);
  const naming = files.filter((file) => /\bStages?\b/.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(naming).toEqual([]);
});

test('no folder holds more files than one sees at a glance', () => {
  const counts = new Map<string, number>();
  for (const file of globSync('{src,test,bench,bin,docs,page}/**/*', { cwd: ROOT, withFileTypes: true }))
    if (file.isFile()) counts.set(file.parentPath, (counts.get(file.parentPath) ?? 0) + 1);
  const full = [...counts].filter(([, files]) => files > 16);
  expect(full.map(([folder, files]) => `${relative(ROOT, folder)}: ${files}`)).toEqual([]);
});

/** The longest chain of imports within an area, types included: a floor each. */
function floorsOf(area: string): readonly string[] {
  const below = new Map<string, string[]>();
  for (const each of IMPORTS)
    if (isOurs(each) && areaOf(each.from) === area && areaOf(targetOf(each)) === area)
      below.set(each.from, [...(below.get(each.from) ?? []), targetOf(each)]);
  const known = new Map<string, readonly string[]>();
  const chainOf = (file: string): readonly string[] => {
    const chain = known.get(file);
    if (chain !== undefined) return chain;
    known.set(file, [file]);
    const chains = (below.get(file) ?? []).map(chainOf);
    const longest = chains.toSorted((a, b) => b.length - a.length)[0] ?? [];
    known.set(file, [file, ...longest]);
    return known.get(file)!;
  };
  return FILES.filter((file) => areaOf(file) === area)
    .map(chainOf)
    .reduce((a, b) => (b.length > a.length ? b : a), []);
}

test('the command line is at most 7 floors high', () => {
  const chain = floorsOf('cli');
  expect(chain.length, chain.join(' -> ')).toBeLessThanOrEqual(7);
});

/** The one call that a program makes is for its own process. */
const TAKES_PROCESS = 'src/jobs/sync.ts';

test('only the command line touches the process, and the one call for programs', () => {
  const touching = FILES.filter(
    (file) =>
      areaOf(file) !== 'cli' &&
      file !== TAKES_PROCESS &&
      /(?<![\w.'"`-])process\s*[.[]|['"](?:node:)?process['"]/.test(codeOf(file)),
  );
  expect(touching).toEqual([]);
});

describe('heavy packages', () => {
  const HEAVY =
    /^(undici|hyparquet|d3-scale|form-data|fastify|ioredis|bullmq|@fastify\/.*|chokidar|@aws-sdk\/.*|@smithy\/.*)$/;
  const ENTRY = 'src/cli/main.ts';

  /** How a module comes to load a heavy package as soon as it is imported. */
  function chainsFrom(entry: string): string[] {
    const chains: string[] = [];
    const ways = new Map([[entry, entry]]);
    for (const [file, way] of ways)
      for (const each of IMPORTS) {
        if (each.from !== file || !each.isStatic) continue;
        if (!isOurs(each) && HEAVY.test(packageOf(each.specifier)))
          chains.push(`${way} -> ${each.specifier}`);
        else if (isOurs(each) && !ways.has(targetOf(each)))
          ways.set(targetOf(each), `${way} -> ${targetOf(each)}`);
      }
    return chains;
  }

  test.runIf(existsSync(join(ROOT, ENTRY)))('are not loaded by starting the command', () => {
    expect(chainsFrom(ENTRY)).toEqual([]);
  });

  test('are found where a module loads them', () => {
    const owner = IMPORTS.find((each) => each.isStatic && each.specifier === 'undici');
    if (owner !== undefined) expect(chainsFrom(owner.from)).not.toEqual([]);
  });
});

describe('the way of one file in docs/architecture.md', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const section =
    page.split('### One file, from its listing to its confirmation')[1]?.split('\n### ')[0] ?? '';
  const way = [...section.matchAll(/`(src\/[^`]+\.ts)`/g)].map(([, file = '']) => file);

  test('has at most thirty files, each of which exists and stands there once', () => {
    expect(way.length).toBeGreaterThan(20);
    expect(way.length).toBeLessThanOrEqual(30);
    expect(new Set(way).size).toBe(way.length);
    expect(way.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('leaves out no file between two of them', () => {
    // known to the engine as a port alone: the source and the destination; made by the round and handed on: the others
    const begins = new Set([
      way[0],
      'src/destinations/stage/stage-destination.ts',
      'src/sync/comparison.ts',
      'src/sync/execute/folder-maker.ts',
      'src/sync/execute/confirm.ts',
    ]);
    const linked = (from: string, to: string): boolean =>
      IMPORTS.some((each) => each.from === from && isOurs(each) && targetOf(each) === to);
    const apart = way.filter(
      (file, at) => !begins.has(file) && !way.slice(0, at).some((earlier) => linked(earlier, file)),
    );
    expect(apart).toEqual([]);
  });
});
