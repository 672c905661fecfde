import { join } from 'node:path';
import { rolldown, type OutputChunk, type RolldownOptions } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/** What only those load who share a budget or a queue: they install it themselves. */
const OPTIONAL = ['bullmq', 'ioredis', 'redis', 'pg'];

/** Modules that are started by themselves, by their places in dist/. */
export const ENTRIES = [
  'cli/main',
  'index',
  'contract/contract',
  'emulator/emulator',
  'sources/local/walk/walk-thread',
] as const;

/** What library users import, by its places in dist/. */
const TYPED = ['index', 'contract/contract', 'emulator/emulator'] as const;

/** Modules that are imported late by some and at once by others are meant so. */
const NO_HINTS = { ineffectiveDynamicImport: false } as const;

const entriesOf = (modules: string, names: readonly string[], ending: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, join(modules, `${name}${ending}`)]));

/**
 * Puts the compiled modules and the packages they use into few files. What is imported late stays apart, so that a start
 * loads as little as before.
 *
 * @param modules the folder of the compiled modules
 * @returns the folders of the packages that are inside now
 */
export async function bundleModules(modules: string, to: string): Promise<ReadonlySet<string>> {
  const chunks = await write(
    { input: entriesOf(modules, ENTRIES, '.js'), platform: 'node', external: OPTIONAL, checks: NO_HINTS },
    // one folder below, as program-files.ts expects of itself
    { dir: to, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' },
  );
  return new Set(chunks.flatMap((chunk) => chunk.moduleIds.flatMap(packageFolder)));
}

/** The public types, each entry's in one file that imports nothing but Node's own. What two of them share is in both. */
export async function bundleTypes(modules: string, to: string): Promise<void> {
  for (const entry of TYPED)
    await write(
      {
        input: entriesOf(modules, [entry], '.d.ts'),
        plugins: [dts({ dtsOnly: true, generator: 'oxc', tsconfig: false })],
        external: [/^node:/],
        // translations of messages, of which no type speaks
        logLevel: 'silent',
      },
      { dir: to, format: 'esm' },
    );
}

/** One module with everything in it, for a single executable. */
export async function bundleAlone(entry: string, to: string): Promise<ReadonlySet<string>> {
  const chunks = await write(
    { input: entry, platform: 'node', checks: NO_HINTS },
    { file: to, format: 'cjs', codeSplitting: false },
  );
  return new Set(chunks.flatMap((chunk) => chunk.moduleIds.flatMap(packageFolder)));
}

async function write(
  input: RolldownOptions,
  output: NonNullable<Exclude<RolldownOptions['output'], readonly unknown[]>>,
): Promise<readonly OutputChunk[]> {
  const bundle = await rolldown(input);
  try {
    const written = await bundle.write(output);
    return written.output.filter((each) => each.type === 'chunk');
  } finally {
    await bundle.close();
  }
}

/** '…/node_modules/@aws-sdk/client-s3' of a module in it; nothing of our own modules. */
function packageFolder(module: string): string[] {
  const found = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(module.replaceAll('\\', '/'));
  return found === null ? [] : [found[0]];
}
