import { hasFact, messageWithPath, SyncError } from '../../../model/errors.ts';
import { hasWildcard } from '../../../files/globs/glob.ts';
import { parsePlace, type StageAddress } from '../../../jobs/addresses.ts';
import { checkBucketFlags } from '../../../jobs/ends/open-place.ts';
import { openStageToLook } from '../../../jobs/ends/open-stage-to-look.ts';
import { OpenStages } from '../../../jobs/ends/open-stages.ts';
import { CopyOrigins } from '../../../jobs/files/copy-origins.ts';
import { nothingOnStage } from '../../../jobs/ends/list-place.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { NOTHING_FOLDED } from '../../../model/name-folding.ts';
import type { Content } from '../../../model/ports.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { lookingSurroundings, stageSurroundings } from '../../surroundings.ts';

/**
 * Writes the bytes of files to stdout, no faster than its reader takes them, one file after the other. The first that cannot be read
 * ends it: what comes after a gap would be of no use.
 */
export async function writeFilesToStdout(
  context: Context,
  addresses: readonly string[],
  flags: StageFlags & S3Flags,
): Promise<ExitStatus> {
  const isPlainStage = (text: string): boolean => text.startsWith('stage://') && !hasWildcard(text);
  if (!addresses.every(isPlainStage)) {
    const around = lookingSurroundings(context, flags, 'cat');
    const places = addresses.map((text) => parsePlace(text, 'ADDRESS', around.folder));
    checkBucketFlags(places, around, 'ADDRESS is not');
  }
  for (const text of addresses) {
    const isWritten = isPlainStage(text)
      ? await writeStageFile(context, text, flags)
      : await writeMatches(context, text, flags);
    if (!isWritten) return EXIT.interrupted;
  }
  return EXIT.clean;
}

/** `cp SRC… -`: flags that say how a file is stored are refused. */
export async function copyToStdout(
  context: Context,
  from: readonly string[],
  flags: StageFlags & S3Flags & Unused,
): Promise<ExitStatus> {
  if (from.length === 0) throw usageError('SRC is missing: name the files that are written to stdout');
  if (from.includes('-')) throw usageError('SRC and DEST are both "-": name one of them');
  const unused = (['recursive', 'overwrite', 'atomic', 'dryRun', 'json', 'spoolMax'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (unused !== undefined) {
    const flag = unused.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(`--${flag} has no use where DEST is stdout, as "-" says: leave it out`);
  }
  const { filters, typed } = flags.job;
  const ofFolders =
    filters.length > 0
      ? 'filters'
      : ['followSymlinks', 'archived'].find((name) => name in (typed.what ?? {}));
  if (ofFolders !== undefined || typed.pace?.pageSize !== undefined)
    throw usageError(
      `${NO_USE[ofFolders ?? 'pageSize']} has no use where DEST is stdout, as "-" says: leave it out`,
    );
  return writeFilesToStdout(context, from, flags);
}

/** By the settings that are about folders and listings. */
const NO_USE: Readonly<Record<string, string>> = {
  filters: '--include, --exclude or --filter-from',
  followSymlinks: '--follow-symlinks',
  archived: '--ignore-glacier-warnings or --force-glacier-transfer',
  pageSize: '--page-size',
};

interface Unused {
  readonly job: Pick<JobFlags, 'filters' | 'typed'>;
  readonly recursive?: true;
  readonly overwrite?: true;
  readonly atomic?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly spoolMax?: number;
}

/** A file whose name is known is read at once; only where there is none is it looked for. */
async function writeStageFile(context: Context, text: string, flags: StageFlags): Promise<boolean> {
  const around = stageSurroundings(context, flags);
  const address = parsePlace(text, 'ADDRESS', '/') as StageAddress;
  if (address.path === '' || address.path.endsWith('/')) throw isFolder(text);
  const destination = await openStageToLook(around, { address, root: '', concurrency: 1 });
  const call = { signal: around.draining };
  try {
    const bytes = await destination.read(address.path, call).catch(async (error: unknown) => {
      if (!hasFact(error, 'missing')) throw error;
      const folder = await destination.listFolder(`${address.path}/`, call);
      throw folder === undefined ? nothingOnStage(destination, address.path) : isFolder(text);
    });
    return await writeToStdout(context, bytes);
  } finally {
    await destination.close();
  }
}

async function writeMatches(context: Context, text: string, flags: StageFlags & S3Flags): Promise<boolean> {
  const around = lookingSurroundings(context, flags, 'cat');
  await using opened = new AsyncDisposableStack();
  const { isPattern, origins } = await new CopyOrigins({
    opened,
    around,
    stages: new OpenStages(opened, around),
    recursive: false,
    followSymlinks: true,
    filters: [],
    concurrency: 'auto',
    targetLabel: () => undefined,
    folding: async () => NOTHING_FOLDED,
  }).resolve(text);
  for await (const origin of origins) {
    if (origin.kind === 'problem') {
      const { code, message, severity } = origin.problem;
      if (severity === 'warning') continue;
      if (code === 'folder_kept' && !isPattern) throw isFolder(text);
      throw new SyncError('source_missing', messageWithPath(origin.from, message), { verdict: 'end_run' });
    }
    if (origin.kind === 'tree') continue;
    const content = await origin.source.read(origin.entry, { signal: around.draining });
    if (!(await writeToStdout(context, chunksOf(content)))) return false;
  }
  return true;
}

async function* chunksOf(content: Content): AsyncGenerator<Uint8Array, void> {
  if ('bytes' in content) yield content.bytes;
  else yield* content.chunks;
}

const isFolder = (text: string): SyncError =>
  usageError(`${printable(text)} is a folder; name a file in it, or list it with "stagesync ls"`);
