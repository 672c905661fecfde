import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseGlob } from '../../../../files/globs/glob.ts';
import { parseStageAddress } from '../../../../jobs/addresses.ts';
import { OpenStages } from '../../../../jobs/ends/open-stages.ts';
import { CopyOrigins } from '../../../../jobs/files/copy-origins.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { usageError } from '../../../../jobs/usage-errors.ts';
import type { SampleFile } from '../../../../load/samples/sample-file.ts';
import type { FileEntry } from '../../../../model/entry.ts';
import { messageWithPath, SyncError } from '../../../../model/errors.ts';
import { NOTHING_FOLDED } from '../../../../model/name-folding.ts';
import { isReservedName, nameOf } from '../../../../model/path.ts';
import type { Content, Source } from '../../../../model/ports.ts';
import { printable } from '../../../../model/printable.ts';

/** A file, and where it is below what was named. */
export interface FoundFile extends SampleFile {
  /** From the top of the Stage, for a file on one; else below the folder that was named, or the name of the file that was. */
  readonly path: string;
  /** It was named by itself. */
  readonly isNamed: boolean;
}

/**
 * The files that the addresses stand for: files, all files below folders, and what matches patterns. Files whose names begin with a dot
 * or an underscore, and empty ones, are passed over in folders: other tools leave them there. Rejects where there is nothing.
 */
export async function* sampleFiles(
  opened: AsyncDisposableStack,
  around: Surroundings,
  addresses: readonly string[],
): AsyncGenerator<FoundFile, void> {
  const origins = new CopyOrigins({
    opened,
    around,
    stages: new OpenStages(opened, around),
    recursive: true,
    followSymlinks: true,
    filters: [],
    concurrency: 'auto',
    targetLabel: () => undefined,
    folding: async () => NOTHING_FOLDED,
  });
  const signal = around.draining;
  for (const address of addresses) {
    const isOnStage = address.startsWith('stage://');
    const { isPattern, origins: found } = await origins.resolve(address);
    for await (const origin of found) {
      if (origin.kind === 'problem') {
        const { code, message, severity } = origin.problem;
        if (severity === 'warning') continue;
        throw new SyncError(
          code === 'source_missing' ? code : 'source_failed',
          messageWithPath(origin.from, message),
          {
            verdict: 'end_run',
          },
        );
      }
      if (origin.kind === 'file') {
        const { source, entry, from } = origin;
        const path = isOnStage ? pathOnStage(from) : isPattern ? pathBelow(address, from) : origin.name;
        yield foundFile({ source, entry, from, path, isNamed: !isPattern, around });
        continue;
      }
      const { source, filter, from } = origin;
      for await (const entries of source.list({ filter, signal }))
        for (const entry of entries) {
          if (entry.kind === 'unknown' && entry.echo !== true)
            throw new SyncError(
              'source_failed',
              `${printable(from + entry.path)}: ${entry.problem.message}`,
              { verdict: 'end_run' },
            );
          if (entry.kind !== 'file' || isLeftAside(entry)) continue;
          const path = isOnStage
            ? pathOnStage(from + entry.path)
            : isPattern
              ? pathBelow(address, from + entry.path)
              : entry.path;
          yield foundFile({ source, entry, from: from + entry.path, path, isNamed: false, around });
        }
    }
  }
}

const isLeftAside = ({ path, size }: FileEntry): boolean =>
  size === 0 || isReservedName(path) || path.split('/').some((name) => /^[._]/.test(name));

const pathOnStage = (address: string): string => parseStageAddress(address, 'ADDRESS').path;

/** Below the last folder of a pattern that has no wildcard. */
function pathBelow(pattern: string, from: string): string {
  const base = parseGlob(pattern)?.base ?? '';
  return from.startsWith(base) ? from.slice(base.length) : nameOf(from);
}

function foundFile({
  source,
  entry,
  from,
  path,
  isNamed,
  around,
}: {
  readonly source: Source;
  readonly entry: FileEntry;
  readonly from: string;
  readonly path: string;
  readonly isNamed: boolean;
  readonly around: Surroundings;
}): FoundFile {
  const signal = around.draining;
  return {
    name: from,
    path,
    isNamed,
    size: entry.size,
    read: async () => chunksOf(await source.read(entry, { signal })),
    ranges: {
      size: entry.size,
      async from(offset) {
        if (source.kind === 'local')
          return createReadStream(join(resolve(around.folder, from)), { start: offset, signal });
        if (source.readFrom === undefined) throw usageError('this place gives no part of a file');
        return source.readFrom(entry, offset, { signal });
      },
    },
  };
}

async function* chunksOf(content: Content): AsyncGenerator<Uint8Array, void> {
  if ('bytes' in content) yield content.bytes;
  else yield* content.chunks;
}
