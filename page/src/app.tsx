import { useEffect, useRef } from 'preact/hooks';
import { connection, daemon, follow, refusal, type ConnectionState } from './live/connection.ts';
import { useRoute } from './live/location.ts';
import { useStore } from './live/store.ts';
import { Announcements } from './parts/announcements.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { hashOf, type Route } from './text/routes.ts';
import { JobPage } from './views/job/job-page.tsx';
import { JobsPage } from './views/jobs/jobs-page.tsx';
import { PlanPage } from './views/plan/plan-page.tsx';
import { RunPage } from './views/run/run-page.tsx';
import { SignIn } from './views/sign-in.tsx';
import { StagePage } from './views/stage/stage-page.tsx';

export function App() {
  const state = useStore(connection);
  const view = useStore(daemon);
  const route = useRoute();
  const job = 'job' in route ? route.job : undefined;
  useEffect(() => {
    if (state === 'live') follow(route.view === 'job' ? job : undefined);
  }, [state, route.view, job]);
  useEffect(() => {
    document.title = job === undefined ? 'stagesync' : `${job} - stagesync`;
  }, [job]);
  useFocusKept(hashOf(route));
  if (state === 'signed_out') return <SignIn />;
  return (
    <>
      <a class="skip" href="#main" onClick={toMain}>
        Skip to the content
      </a>
      <TopBar route={route} state={state} view={view} />
      <main id="main" tabIndex={-1} class={state === 'gone' || state === 'full' ? 'stale' : undefined}>
        {view === undefined ? <Waiting state={state} /> : <Shown route={route} />}
      </main>
      <Announcements view={view} state={state} />
    </>
  );
}

/** Where the view that had the focus is gone, the next one has it: the keyboard would else begin at the top of the page again. */
function useFocusKept(view: string): void {
  const before = useRef(view);
  useEffect(() => {
    if (view !== before.current && document.activeElement === document.body)
      // a view begins at its top: scrolled to, its heading would be below the bar
      document.getElementById('main')?.focus({ preventScroll: true });
    before.current = view;
  }, [view]);
}

/** Following the link itself would be another route. */
function toMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Waiting({ state }: { readonly state: ConnectionState }) {
  const why = useStore(refusal);
  const [title, text] =
    state === 'full'
      ? ['Too many pages are open', `${why}.`]
      : state === 'gone'
        ? ['The daemon does not answer', 'The page comes back by itself once "stagesync up" runs again.']
        : ['Connecting', 'Asking for the jobs.'];
  return (
    <div class="empty" role="status">
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  );
}

function Shown({ route }: { readonly route: Route }) {
  if (route.view === 'jobs') return <JobsPage />;
  if (route.view === 'stage') return <StagePage address={route.address} />;
  if (route.view === 'job') return <JobPage key={route.job} name={route.job} />;
  return route.view === 'run' ? (
    <RunPage key={route.run} job={route.job} id={route.run} />
  ) : (
    <PlanPage key={route.plan} job={route.job} id={route.plan} />
  );
}
