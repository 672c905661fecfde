import { useEffect, useState } from 'preact/hooks';
import type { SessionReply } from '../../../src/daemon/view/page-api.ts';
import { askJson } from '../live/api.ts';
import { signIn, signInProblem } from '../live/session.ts';
import { useStore } from '../live/store.ts';

/** What someone sees who is not signed in. */
export function SignIn() {
  const problem = useStore(signInProblem);
  const [takesToken, setTakesToken] = useState(false);
  useEffect(() => {
    askJson<SessionReply>('session').then(
      (session) => setTakesToken(session.takesToken),
      () => {},
    );
  }, []);
  return (
    <main class="sign-in">
      <h1>stagesync</h1>
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <p>
        Open the link that <code>stagesync up</code> printed when it began to serve this page. It signs in
        once, within an hour; <code>stagesync page</code> prints another one.
      </p>
      {takesToken && <TokenForm />}
    </main>
  );
}

function TokenForm() {
  const [token, setToken] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void signIn({ token });
      }}
    >
      <label>
        Or sign in with the token of the daemon
        <input
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="main">
        Sign in
      </button>
    </form>
  );
}
