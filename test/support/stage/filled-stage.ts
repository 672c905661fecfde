import type { Destination } from '../../../src/model/ports.ts';
import { foldersOf } from '../../../src/model/path.ts';

const { signal } = new AbortController();

/** Puts files, and the folders that they need, by their full paths; folders end in '/'. */
export async function fill(destination: Destination, files: Readonly<Record<string, string>>): Promise<void> {
  const folders = new Set(Object.keys(files).flatMap((path) => foldersOf(path)));
  for (const folder of [...folders].toSorted()) await destination.makeFolder(folder, { signal });
  await Promise.all(
    Object.entries(files)
      .filter(([path]) => !path.endsWith('/'))
      .map(([path, text]) =>
        destination.put(path, { size: Buffer.byteLength(text), bytes: Buffer.from(text) }, { signal }),
      ),
  );
}
