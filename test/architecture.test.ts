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

/** 'src/sync/plan.ts' is in 'sync'; the sources are one area each ('sources/s3'); 'src/index.ts' is 'index'. */
function areaOf(file: string): string {
  const [, area = '', part = ''] = relative('.', file).split('/');
  if (area === 'sources' && !part.endsWith('.ts')) return `sources/${part}`;
  return area.replace(/\.ts$/, '');
}

const packageOf = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');

const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(packageOf(specifier));

const WORKERS = ['sources', 'stage', 'emulator', 'sync'];

/** What connects to other machines shares how it does. */
const SPEAK_HTTP = ['stage', 'sources/s3'];

function mayImport(from: string, to: string): boolean {
  if (from === to || from === 'index' || from === 'cli') return true;
  if (from === 'model') return false;
  if (to === 'network') return SPEAK_HTTP.includes(from);
  return to === 'model' || (from === 'sources' && to.startsWith('sources/'));
}

/** A package's home. What is not named here may be used by src/cli alone. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  undici: ['network', 'stage', 'sources/s3'],
  'form-data': ['stage'],
  fastify: ['emulator', 'cli'],
  '@fastify/multipart': ['emulator'],
  chokidar: ['sources/local'],
  'p-queue': ['sync'],
  ignore: ['sync'],
  saxes: ['sources/s3'],
};

function homesOf(name: string): readonly string[] {
  if (name.startsWith('@aws-sdk/') || name.startsWith('@smithy/')) return ['sources/s3'];
  // A parser of foreign data, wanted wherever such data enters.
  if (name === 'zod') return ['cli', 'stage', 'emulator', 'sources/s3', 'sync'];
  return HOMES[name] ?? ['cli'];
}

test('there is something to look at', () => {
  expect(FILES.length).toBeGreaterThan(5);
  expect(IMPORTS.filter(isOurs).length).toBeGreaterThan(10);
  expect(IMPORTS.some((each) => !each.isStatic)).toBe(true);
});

test('imports point one way: cli, then sources, stage, emulator and sync, then network, then model', () => {
  const wrong = IMPORTS.filter(
    (each) => isOurs(each) && !mayImport(areaOf(each.from), areaOf(targetOf(each))),
  );
  expect(wrong.map(show)).toEqual([]);
});

test.each([
  ['cli', 'sync', true],
  ['cli', 'model', true],
  ['index', 'sources/local', true],
  ['sources', 'sources/s3', true],
  ...WORKERS.map((area): [string, string, boolean] => [area, 'model', true]),
  ...WORKERS.map((area): [string, string, boolean] => [area, 'cli', false]),
  ['sync', 'stage', false],
  ['sources/s3', 'sources/local', false],
  ['emulator', 'stage', false],
  ['stage', 'network', true],
  ['sources/s3', 'network', true],
  ['sources/local', 'network', false],
  ['emulator', 'network', false],
  ['network', 'model', true],
  ['network', 'stage', false],
  ['model', 'sync', false],
])('%s may import %s: %s', (from, to, allowed) => {
  expect(mayImport(from, to)).toBe(allowed);
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

test('only the command line touches the process', () => {
  const touching = FILES.filter(
    (file) =>
      areaOf(file) !== 'cli' && /(?<![\w.'"`-])process\s*[.[]|['"](?:node:)?process['"]/.test(codeOf(file)),
  );
  expect(touching).toEqual([]);
});

describe('heavy packages', () => {
  const HEAVY = /^(undici|form-data|fastify|@fastify\/.*|chokidar|@aws-sdk\/.*|@smithy\/.*)$/;
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
