import { ask, ApiError } from './api.ts';
import { connection, followVisibility, reconnect } from './connection.ts';
import { Store } from './store.ts';

/** Why nobody was signed in; shown where one signs in. */
export const signInProblem = new Store<string | undefined>(undefined);

/** Signs in where the address has a code, then follows the daemon. */
export async function begin(): Promise<void> {
  // a link that is opened where the page is open already changes its hash alone
  addEventListener('hashchange', () => void signInFromLink());
  await signInFromLink();
  reconnect();
  followVisibility();
}

/** Uses the code of a one-time link up, and takes it out of the address and the history. */
async function signInFromLink(): Promise<void> {
  const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  if (code === undefined) return;
  history.replaceState(null, '', `${location.pathname}#/`);
  await signIn({ code });
}

export async function signIn(by: { readonly code: string } | { readonly token: string }): Promise<void> {
  signInProblem.set(undefined);
  try {
    await ask('session', { method: 'POST', body: by });
  } catch (error) {
    signInProblem.set(problemOf(error, 'code' in by ? 'code' : 'token'));
    return;
  }
  if (connection.value === 'signed_out') {
    connection.set('connecting');
    reconnect();
  }
}

export async function signOut(): Promise<void> {
  await ask('session', { method: 'DELETE' });
  location.reload();
}

function problemOf(error: unknown, by: 'code' | 'token'): string {
  if (!(error instanceof ApiError) || error.status !== 401)
    return error instanceof Error ? error.message : '';
  return by === 'code'
    ? 'This link was used before, or is older than an hour.'
    : 'This token is not accepted.';
}
