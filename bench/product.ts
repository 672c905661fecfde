import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { layOutPackage } from '../release/lay-out.ts';
import { run, start } from './measure/child.ts';
import type { Run, RunOptions, Started } from './measure/child.ts';

/** The packed tool, as a user has it: the compiled files and nothing of the sources. */
export interface Product {
  readonly bin: string;
  readonly version: string;
  /** A digest of the compiled files: names the build. */
  readonly build: string;
}

export const ROOT = new URL('..', import.meta.url).pathname;

/**
 * Builds the tool and lays it out in `folder` as it is published. In the checkout itself the executable would run
 * from the sources.
 */
export async function buildProduct(folder: string): Promise<Product> {
  // within the checkout: the bundler looks for packages above the modules. It writes their paths into the bundle, which names the build
  const modules = join(ROOT, 'build/bench-modules');
  await compile(modules);
  await layOutPackage(ROOT, modules, folder, { types: false });
  rmSync(modules, { recursive: true });
  // what those install who share a budget or a queue
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return openProduct(folder);
}

/** Builds the tool module by module, so that one of them can be changed, and lays it out in `folder` with its dependencies. */
export async function buildModules(folder: string): Promise<Product> {
  await compile(join(folder, 'dist'));
  for (const name of ['bin', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  rmSync(join(folder, 'node_modules'), { force: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return openProduct(folder);
}

async function compile(to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', to]);
}

export async function openProduct(folder: string): Promise<Product> {
  const bin = join(folder, 'bin/stagesync.js');
  if (!existsSync(bin)) throw new Error(`there is no built package in ${folder}`);
  const { stdout } = await run(process.execPath, [bin, '--version']);
  return { bin, version: stdout.trim(), build: buildOf(join(folder, 'dist')) };
}

function buildOf(dist: string): string {
  const sum = createHash('sha256');
  for (const file of globSync('**/*.js', { cwd: dist }).sort())
    sum.update(`${file}\n`).update(readFileSync(join(dist, file)));
  return sum.digest('hex').slice(0, 12);
}

/** A workspace group that exists nowhere; the sink takes any. */
export const DEPLOYMENT = '00000000-0000-4000-8000-000000000001';

export interface ToolOptions extends RunOptions {
  /** Where the ledger is; a new folder is a first meeting. */
  readonly state: string;
  readonly sinkUrl: string;
}

/** Runs the tool against a sink. */
export const runTool = (product: Product, args: readonly string[], options: ToolOptions): Promise<Run> =>
  launchTool(product, args, options).ended;

/** The same for what runs until it is stopped. */
export function launchTool(product: Product, args: readonly string[], options: ToolOptions): Started {
  return start(process.execPath, [product.bin, ...args], {
    ...options,
    env: {
      XDG_STATE_HOME: options.state,
      XDG_DATA_HOME: options.state,
      SINGLESTOREDB_MANAGEMENT_TOKEN: 'bench',
      SINGLESTOREDB_MANAGEMENT_BASE_URL: options.sinkUrl,
      SINGLESTOREDB_MANAGEMENT_VERSION: 'v1',
      ...options.env,
    },
  });
}
