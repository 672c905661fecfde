import { useEffect, useRef } from 'preact/hooks';
import { printable } from '../../../src/model/printable.ts';
import type { DaemonView, JobState } from '../../../src/daemon/view/daemon-view.ts';
import { refusal, type ConnectionState } from '../live/connection.ts';
import { Store, useStore } from '../live/store.ts';
import { stateWord } from '../text/words.ts';

/** The last thing that a screen reader says: what a button did, or what needs a person. */
const said = new Store('');

export const announce = (text: string): void => said.set(text);

/** These are told as they come; what is normal is not. */
const TOLD: ReadonlySet<JobState> = new Set(['halted', 'backing_off', 'paused']);

export function Announcements({
  view,
  state,
}: {
  readonly view: DaemonView | undefined;
  readonly state: ConnectionState;
}) {
  const text = useStore(said);
  const before = useRef(new Map<string, JobState>());
  useEffect(() => {
    const states = new Map(view?.jobs.map((job) => [job.name, job.state]));
    const news = (view?.jobs ?? []).filter(
      (job) => TOLD.has(job.state) && before.current.get(job.name) !== job.state && before.current.size > 0,
    );
    before.current = states;
    if (news.length > 0)
      announce(news.map((job) => `${printable(job.name)}: ${stateWord(job.state).text}`).join('. '));
  }, [view]);
  useEffect(() => {
    if (state === 'gone') announce('The daemon does not answer.');
    else if (state === 'full') announce(refusal.value);
  }, [state]);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
