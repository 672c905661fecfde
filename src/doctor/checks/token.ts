import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { failure, ok, skipped, warning, type Check, type Finding, type Subject } from '../check.ts';
import { isRefusal, rightsBeside } from '../token-rights.ts';
import { asksService } from './deployments.ts';

/** Where the token comes from, and whether the API takes it. It is never shown. */
export const token: Check = {
  name: 'token',
  concerns: asksService,
  async examine(subject, signal) {
    const { api } = subject;
    // rejects where there is none
    await api.settings();
    const from = sourceOf(subject);
    const others = readableByOthers(subject);
    try {
      await api.organization({ signal });
      return [ok(`valid; from ${from}`), ...others];
    } catch (error) {
      if (isRefusal(error) && (await rightsBeside(subject, signal)) !== undefined)
        return [ok(`valid; from ${from}`), ...others];
      if (isRefusal(error))
        return [
          failure(
            error,
            `the token from ${from} is wrong, has expired or was revoked: make another in the portal`,
          ),
        ];
      return [skipped(`from ${from}; not tried: the API gave no answer`), ...others];
    }
  },
};

function sourceOf({ around: { authority, environment } }: Subject): string {
  const { tokenFile, tokenSource, token: given } = authority.stage;
  if (tokenFile !== undefined) return `the file ${tokenFile}`;
  if (tokenSource !== undefined) return 'the token_command of the profile';
  return given === undefined && environment.token !== undefined
    ? 'SINGLESTOREDB_MANAGEMENT_TOKEN'
    : 'the profile';
}

/** Others on this machine can read the file. */
function readableByOthers({ around: { authority, folder } }: Subject): Finding[] {
  const { tokenFile } = authority.stage;
  if (tokenFile === undefined) return [];
  const { mode } = statSync(resolve(folder, tokenFile));
  if ((mode & 0o077) === 0) return [];
  return [warning(`other users of this machine can read ${tokenFile}`, `chmod 600 ${tokenFile}`)];
}
