import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Destination } from '../../../src/model/ports.ts';

/** Paths to contents; a path that ends in '/' is an empty folder. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** Writes a tree into `folder`, making folders as needed. */
export async function writeTree(folder: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const target = join(folder, path);
    if (path.endsWith('/')) await mkdir(target, { recursive: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  }
}

/** As a snapshot shows a file. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Every file with a digest of its bytes, every folder as ''. */
export type Snapshot = Readonly<Record<string, string>>;

/** What lies in a local folder. */
export function snapshotFolder(root: string): Snapshot {
  const found: Record<string, string> = {};
  const walk = (prefix: string): void => {
    for (const entry of readdirSync(join(root, prefix), { withFileTypes: true })) {
      const path = prefix + entry.name;
      if (entry.isDirectory()) {
        found[`${path}/`] = '';
        walk(`${path}/`);
      } else if (entry.isFile()) found[path] = digestOf(readFileSync(join(root, path)));
    }
  };
  walk('');
  return found;
}

/** What lies on a Stage below the destination's root, read through its port. */
export async function snapshotStage(destination: Destination): Promise<Snapshot> {
  const { signal } = new AbortController();
  const found: Record<string, string> = {};
  const walk = async (folder: string): Promise<void> => {
    const children = [...((await destination.listFolder(destination.root + folder, { signal })) ?? [])];
    await eachOf(children, 8, async (child) => {
      if (child.kind === 'folder') {
        found[`${folder}${child.name}/`] = '';
        await walk(`${folder}${child.name}/`);
      } else if (child.kind === 'file') {
        const parts: Uint8Array[] = [];
        for await (const part of await destination.read(destination.root + folder + child.name, { signal }))
          parts.push(part);
        found[folder + child.name] = digestOf(Buffer.concat(parts));
      } else throw new Error(`unreadable child ${child.name}`);
    });
  };
  await walk('');
  return found;
}

/** Runs `work` for every item, `width` at a time. */
export async function eachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

/** Names that have broken other tools: spaces, URL syntax, non-ASCII, emoji, both Unicode forms, odd dots. */
export const ODD_NAMES: readonly string[] = [
  'with space.csv',
  ' leading and trailing ',
  'a?b #1 100%41 ü 😀.csv',
  'percent%2Fslash',
  'plus+plus&and=equals;semi',
  'hash#',
  'question?',
  'caf\u00e9-nfc',
  'cafe\u0301-nfd',
  '日本語.json',
  'עברית',
  '\u{10000}\uffee-order',
  'dots...',
  '.hidden',
  'quote\'"`$!*()[]{}<>|,~^@:',
  'x'.repeat(200),
];
