import { execFile } from 'node:child_process';
import { checkToken } from '../../api/base-url.ts';
import type { TokenSource } from '../../api/connection.ts';
import { accountOf } from '../../remote/gate/gates.ts';
import { configError } from '../../jobs/usage-errors.ts';
import { isSyncError, type SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { duration } from '../../model/quantities/duration.ts';

export interface TokenCommandOptions {
  /** What the file calls it. Default: token_command. */
  readonly setting?: string | undefined;
  /** Throws for what the program must not print. Default: what is no API token. */
  readonly check?: ((printed: string) => unknown) | undefined;
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Milliseconds after which the program is killed. Default: 30 seconds. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 30_000;
/** Bytes that a program may print. A token has some hundred. */
const MOST_BYTES = 64 * 1024;
/** A token that expires within this time is not sent any more. */
const EARLIER_MS = 60_000;

interface Token {
  readonly value: string;
  /** Milliseconds since 1970; undefined: until it is refused. */
  readonly expiresMs: number | undefined;
}

/**
 * The token that a program prints: alone, or as JSON with `Token` and `Expiration`, much as AWS's `credential_process`. The
 * program runs without a shell, and again when the token expires or is refused. What it prints is shown nowhere, also where
 * it fails. Rejects with `config`.
 */
export class TokenCommand implements TokenSource {
  readonly account: string;
  readonly #options: TokenCommandOptions;
  #running: Promise<Token> | undefined;
  #token: Token | undefined;

  constructor(options: TokenCommandOptions) {
    this.#options = options;
    this.account = accountOf(JSON.stringify([options.setting, options.words, options.folder]));
  }

  async current(): Promise<string> {
    const { now = Date.now } = this.#options;
    const known = this.#token;
    const holds =
      known !== undefined && (known.expiresMs === undefined || known.expiresMs - EARLIER_MS > now());
    return holds ? known.value : (await this.#run()).value;
  }

  async renew(refused: string): Promise<boolean> {
    if (this.#token !== undefined && this.#token.value !== refused) return true;
    return (await this.#run()).value !== refused;
  }

  /** Whoever asks meanwhile gets the token of the same run. */
  #run(): Promise<Token> {
    return (this.#running ??= this.#printed().finally(() => (this.#running = undefined)));
  }

  async #printed(): Promise<Token> {
    const text = await printedBy(this.#options);
    try {
      this.#token = tokenIn(text);
      (this.#options.check ?? checkToken)(this.#token.value);
    } catch (error) {
      this.#token = undefined;
      throw isSyncError(error)
        ? this.#unusable('printed no token: a word without spaces, or JSON with Token and Expiration')
        : this.#unusable(error instanceof Error ? error.message : 'printed no token');
    }
    return this.#token;
  }

  #unusable(why: string): SyncError {
    return failed(this.#options, why);
  }
}

/** The error of a program that is of no use; `why` goes on the sentence. */
const failed = ({ words, setting = 'token_command' }: TokenCommandOptions, why: string): SyncError =>
  configError(`the ${setting} ${printable(words[0] ?? '')} ${why}`);

function printedBy(options: TokenCommandOptions): Promise<string> {
  const { words, folder, timeoutMs = TIMEOUT_MS } = options;
  const [program = '', ...rest] = words;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      rest,
      {
        cwd: folder,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: MOST_BYTES,
        windowsHide: true,
        encoding: 'utf8',
      },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        // without its cause: that has what was printed
        else reject(failed(options, whyItFailed(error, timeoutMs)));
      },
    );
    // a program that asks for something waits for nobody
    child.stdin?.end();
  });
}

function whyItFailed(
  error: { readonly code?: unknown; readonly killed?: boolean; readonly signal?: unknown },
  timeoutMs: number,
): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed more than a token can be';
  if (error.killed === true) return `had not ended after ${duration(timeoutMs)}`;
  if (error.code === 'ENOENT') return 'is not there: give its path, or see that it is found in PATH';
  if (error.code === 'EACCES') return 'may not be run: make the file executable';
  if (typeof error.code === 'number')
    return `ended with status ${error.code}; what it printed is not shown: run it yourself to see why`;
  return `failed (${String(error.code ?? error.signal)})`;
}

/** Throws an Error whose message goes on the sentence; it shows nothing of the text. */
function tokenIn(text: string): Token {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return { value: trimmed, expiresMs: undefined };
  let read: Readonly<Record<string, unknown>>;
  try {
    read = JSON.parse(trimmed) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error('printed JSON that cannot be read');
  }
  const value = read['Token'] ?? read['token'];
  const expiration = read['Expiration'] ?? read['expiration'];
  if (typeof value !== 'string') throw new Error('printed JSON without a text "Token"');
  if (expiration === undefined || expiration === null) return { value, expiresMs: undefined };
  const expiresMs = typeof expiration === 'string' ? Date.parse(expiration) : NaN;
  if (Number.isNaN(expiresMs))
    throw new Error('printed JSON whose "Expiration" is no time, as 2026-11-26T12:00:00Z');
  return { value, expiresMs };
}

const ofProcess = new Map<string, TokenCommand>();

/** The token command of these words, one for the process: jobs of one account share what it printed. */
export const tokenCommandOf = (words: readonly string[], folder: string): TokenCommand =>
  commandOf({ words, folder });

/** The same for the password of a user of a database: a line, which may have spaces. */
export const passwordCommandOf = (words: readonly string[], folder: string): TokenCommand =>
  commandOf({ words, folder, setting: 'sql_password_command', check: checkPassword });

function commandOf(options: TokenCommandOptions): TokenCommand {
  const key = JSON.stringify([options.setting, options.words, options.folder]);
  let command = ofProcess.get(key);
  if (command === undefined) {
    command = new TokenCommand(options);
    ofProcess.set(key, command);
  }
  return command;
}

function checkPassword(printed: string): void {
  if (printed === '' || /[\n\r\0]/.test(printed)) throw new Error('printed no password: one line');
}
