import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../../disk/make-folders.ts';
import { configError, unreadableFile } from '../../../jobs/usage-errors.ts';
import { messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { blockIn, withBlock, withoutBlock } from './block.ts';
import { glueFor } from './glue.ts';
import { chosenShell, fileOf, SHELLS } from './shells.ts';

export interface InstallFlags {
  readonly json?: true;
}

/** `stagesync completion install`: writes the glue between its marks into the file that the shell reads. */
export async function installCompletion(context: Context, named: string | undefined): Promise<ExitStatus> {
  const { host, out } = context;
  const shell = chosenShell(host, named);
  const file = fileOf(shell, host);
  const before = textOf(file);
  const after = withBlock(before, glueFor(shell));
  if (after === before) out.line(`${printable(file)} has it already`);
  else {
    replace(file, after);
    out.line(
      `${printable(file)} completes stagesync now, in new shells; "stagesync completion uninstall ${shell}" takes it back`,
    );
  }
  return EXIT.clean;
}

/** `stagesync completion uninstall`: leaves the file as it was. */
export async function uninstallCompletion(context: Context, named: string | undefined): Promise<ExitStatus> {
  const { host, out } = context;
  const shell = chosenShell(host, named);
  const file = fileOf(shell, host);
  const before = textOf(file);
  const after = before === undefined ? undefined : withoutBlock(before);
  if (before === after) out.line(`${printable(file)} has nothing of it`);
  else {
    if (after === undefined) rmSync(file);
    else replace(file, after);
    out.line(`${printable(file)} is as it was`);
  }
  return EXIT.clean;
}

/** `stagesync completion status`: for each shell, whether its file has the glue, and that of this release. */
export async function showCompletion({ host, out }: Context, flags: InstallFlags): Promise<ExitStatus> {
  for (const shell of SHELLS) {
    const file = fileOf(shell, host);
    const text = textOf(file);
    const block = text === undefined ? undefined : blockIn(text);
    const state = block === undefined ? 'no' : block === glueFor(shell) ? 'yes' : 'outdated';
    if (flags.json === true) out.line(JSON.stringify({ shell, installed: state, file }));
    else out.line(`${shell.padEnd(12)}${state.padEnd(10)}${printable(file)}`);
  }
  return EXIT.clean;
}

/** A character for each byte: nothing is decoded, so that nothing is changed. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadableFile('the file of the shell', file, error);
  }
}

/** Another file takes the place of the old one at once, with its rights; a link stays one. */
function replace(file: string, text: string): void {
  try {
    const { place, mode } = targetOf(file);
    const beside = `${place}.stagesync-new`;
    try {
      writeFileSync(beside, text, { encoding: 'latin1', flag: 'wx' });
      if (mode !== undefined) chmodSync(beside, mode);
      renameSync(beside, place);
    } finally {
      rmSync(beside, { force: true });
    }
  } catch (error) {
    throw configError(
      `cannot write ${file}: ${messageOf(error)}; nothing was changed. Make it writable, or put what "stagesync completion SHELL" prints where your shell reads it`,
      error,
    );
  }
}

function targetOf(file: string): { readonly place: string; readonly mode: number | undefined } {
  try {
    const place = realpathSync(file);
    return { place, mode: statSync(place).mode & 0o7777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolders(dirname(file));
    return { place: file, mode: undefined };
  }
}
