import { readFileSync } from 'node:fs';
import { configError, unreadableFile } from '../../jobs/usage-errors.ts';

/** Characters: whoever reaches the server may try tokens as fast as it answers. */
const SHORTEST = 20;
const LONGEST = 4096;

/** The token in the file of --http-token-file. Rejects with `config` for what cannot be read, or is too easily guessed. */
export function readPageToken(file: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw unreadableFile('--http-token-file', file, error);
  }
  // what a header can carry
  if (!/^[\w.~+/=-]*$/.test(token))
    throw configError(`--http-token-file ${file} may hold one word of letters, digits and -._~+/=`);
  if (token.length < SHORTEST || token.length > LONGEST)
    throw configError(
      `--http-token-file ${file} must hold a token of ${SHORTEST} to ${LONGEST} characters, like the output of "openssl rand -hex 32"`,
    );
  return token;
}
