import type { DaemonView } from '../../../src/daemon/view/daemon-view.ts';
import type { ConnectionState } from '../live/connection.ts';
import { signOut } from '../live/session.ts';
import { useStore } from '../live/store.ts';
import type { Route } from '../text/routes.ts';
import type { Tone } from '../text/words.ts';
import { Mark } from './mark.tsx';
import { Name } from './name.tsx';
import { choose, theme, type Theme } from './theme.ts';

const CONNECTIONS: Readonly<Record<ConnectionState, { readonly text: string; readonly tone: Tone }>> = {
  connecting: { text: 'Connecting', tone: 'busy' },
  live: { text: 'Live', tone: 'good' },
  full: { text: 'Too many pages are open', tone: 'warn' },
  gone: { text: 'Daemon gone, trying again', tone: 'bad' },
  signed_out: { text: 'Signed out', tone: 'off' },
};

export function TopBar({
  route,
  state,
  view,
}: {
  readonly route: Route;
  readonly state: ConnectionState;
  readonly view: DaemonView | undefined;
}) {
  const current = (isCurrent: boolean) => (isCurrent ? ({ 'aria-current': 'page' } as const) : {});
  return (
    <>
      <header class="top">
        <nav aria-label="Main">
          <a class="brand" href="#/">
            stagesync
          </a>
          <a href="#/" {...current(route.view !== 'stage')}>
            Jobs
          </a>
          <a href="#/stage" {...current(route.view === 'stage')}>
            Stage
          </a>
        </nav>
        <div class="side">
          <Mark {...CONNECTIONS[state]} />
          <ThemeChoice />
          <button type="button" class="plain" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </header>
      {view?.fileProblem !== undefined && (
        <p class="notice warn" role="alert">
          The jobs file changed and cannot be used; the jobs go on as they were.{' '}
          <Name text={view.fileProblem} class="message" />
        </p>
      )}
    </>
  );
}

function ThemeChoice() {
  const chosen = useStore(theme);
  return (
    <label class="theme">
      <span class="hidden">Colours</span>
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
