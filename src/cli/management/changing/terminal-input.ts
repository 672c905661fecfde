import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import { SyncError } from '../../../model/errors.ts';

export interface Asking {
  readonly host: {
    readonly stdin?: Readable & { readonly isTTY?: boolean };
    readonly stderr: Writable & { readonly isTTY?: boolean };
  };
  /** Aborted: the asking ends. */
  readonly draining: AbortSignal;
}

/** Whether there is a person to ask: what is typed comes from a terminal, and the question is seen on one. */
export const canAsk = ({ stdin, stderr }: Asking['host']): boolean =>
  stdin?.isTTY === true && stderr.isTTY === true;

/** Asks on stderr for a line; a secret one is not shown while it is typed. Rejects with the signal's reason. */
export async function askForLine(
  question: string,
  { isSecret }: { readonly isSecret: boolean },
  { host, draining }: Asking,
): Promise<string> {
  const { stdin, stderr } = host;
  if (stdin === undefined) return '';
  // readline writes what is typed itself: where its output goes nowhere, nothing is shown
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (isSecret) stderr.write(question);
  const lines = createInterface({ input: stdin, output: isSecret ? nowhere : stderr, terminal: true });
  const ended = new Promise<string>((resolve, reject) => {
    // the terminal hands Ctrl-C over as a key while readline reads
    lines.once('SIGINT', () => reject(new SyncError('interrupted', 'stopped', { verdict: 'end_run' })));
    lines.once('close', () => resolve(''));
  });
  let isAnswered = false;
  try {
    const answer = await Promise.race([
      lines.question(isSecret ? '' : question, { signal: draining }),
      ended,
    ]);
    isAnswered = true;
    return answer;
  } catch (error) {
    throw draining.aborted ? draining.reason : error;
  } finally {
    lines.close();
    stdin.pause();
    // the line of the question ends: readline does so where it shows what is typed, and Enter was pressed
    if (isSecret || !isAnswered) stderr.write('\n');
  }
}

/** All of stdin, without the line end after it. */
export async function readAllInput({ stdin }: Asking['host']): Promise<string> {
  if (stdin === undefined) return '';
  const parts: string[] = [];
  stdin.setEncoding('utf8');
  for await (const part of stdin) parts.push(String(part));
  return parts.join('').replace(/\r?\n$/, '');
}
