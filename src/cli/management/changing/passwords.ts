import { open, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configError, unreadableFile, usageError } from '../../../jobs/usage-errors.ts';
import { messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { askForLine, canAsk, readAllInput } from './terminal-input.ts';
import type { Run } from '../run.ts';

export interface PasswordFlags {
  /** A file, or '-': a terminal is asked, other input is read to its end. */
  readonly passwordFile?: string;
  /** Where a password that the service made is written. */
  readonly passwordOut?: string;
}

/** The password that the flags name; undefined where they name none. Never shown, also not in an error. */
export async function readPassword(run: Run<PasswordFlags>): Promise<string | undefined> {
  const { passwordFile } = run.flags;
  if (passwordFile === undefined) return undefined;
  return readSecret(run, passwordFile, { flag: '--password-file', question: 'Password: ' });
}

/** The secret in a file; '-': a terminal is asked, other input is read to its end. It is never shown, also not in an error. */
export async function readSecret(
  run: Pick<Run, 'host' | 'draining'>,
  file: string,
  { flag, question }: { readonly flag: string; readonly question: string },
): Promise<string> {
  const secret =
    file !== '-'
      ? await readSecretFile(resolve(run.host.cwd, file), flag)
      : canAsk(run.host)
        ? await askForLine(question, { isSecret: true }, run)
        : await readAllInput(run.host);
  if (secret === '')
    throw usageError(`what ${flag} gives is empty: a password or a secret has at least one character`);
  return secret;
}

/** What a file holds, without the line end after it. The error never shows what it is. */
export async function readSecretFile(file: string, flag: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadableFile(flag, file, error);
  });
  return text.replace(/\r?\n$/, '');
}

/** A place that a password can be written to, opened before it is needed: it is shown once only. */
export interface PasswordPlace extends AsyncDisposable {
  write(password: string): Promise<void>;
}

/**
 * Opens the file of --password-out, readable by its owner alone, which goes again where nothing is written; undefined without that flag. Rejects with `config` where it
 * is there already or cannot be made.
 */
export async function openPasswordOut(run: Run<PasswordFlags>): Promise<PasswordPlace | undefined> {
  const { passwordOut } = run.flags;
  if (passwordOut === undefined) return undefined;
  const file = resolve(run.host.cwd, passwordOut);
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw configError(
      `cannot make --password-out ${printable(file)}: ${messageOf(error)}; nothing was asked for yet: name a new file in a folder that this user can write to`,
      error,
    );
  });
  let isWritten = false;
  return {
    async write(password) {
      isWritten = true;
      await handle.writeFile(`${password}\n`);
      await handle.sync();
      run.err.line(`stagesync: the password is in ${printable(file)}`);
    },
    async [Symbol.asyncDispose]() {
      await handle.close();
      if (!isWritten) await rm(file, { force: true });
    },
  };
}

/** `key`: the name of the password in a reply. */
const ADMIN = { user: 'admin', key: 'adminPassword' };

/**
 * What is done with a password that the service made: it goes to its file, or is printed. With --json it is an object of
 * its own, with the ID: what comes later may not come.
 */
export const passwordTo =
  (
    run: Run,
    place: PasswordPlace | undefined,
    { user, key }: { readonly user: string; readonly key: string } = ADMIN,
  ) =>
  async (password: string, reply: Readonly<Record<string, unknown>>): Promise<void> => {
    try {
      if (place !== undefined) return await place.write(password);
    } catch (error) {
      // it comes this once: a disk that is full must not swallow it
      run.err.line(`stagesync: --password-out could not be written: ${printable(messageOf(error))}`);
    }
    if (run.flags.json === true) run.out.line(JSON.stringify({ ...reply, [key]: password }));
    else {
      // before the password, where both are on one terminal
      run.err.line(`stagesync: the password of the user ${printable(user)}, which is shown this once:`);
      await run.err.flush();
      run.out.line(`password  ${printable(password)}`);
    }
    await run.out.flush();
  };
