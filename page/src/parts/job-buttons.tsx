import { useState } from 'preact/hooks';
import type { JobView } from '../../../src/daemon/view/daemon-view.ts';
import type { PlanView } from '../../../src/daemon/view/page-api.ts';
import { printable } from '../../../src/model/printable.ts';
import { ask, askJson, jobPath } from '../live/api.ts';
import { go } from '../live/location.ts';
import { announce } from './announcements.tsx';
import { Name } from './name.tsx';

type Verb = 'run' | 'flush' | 'pause' | 'resume' | 'cancel' | 'plans';

interface Button {
  readonly verb: Verb;
  readonly text: string;
  readonly title: string;
  readonly done: string;
}

const BUTTONS: Readonly<Record<Verb, Button>> = {
  run: { verb: 'run', text: 'Run', title: 'Compare everything now', done: 'run begun' },
  flush: {
    verb: 'flush',
    text: 'Flush',
    title: 'Bring everything that is pending over now',
    done: 'flush begun',
  },
  pause: { verb: 'pause', text: 'Pause', title: 'Begin no further run', done: 'paused' },
  resume: { verb: 'resume', text: 'Resume', title: 'Go on', done: 'resumed' },
  cancel: {
    verb: 'cancel',
    text: 'Cancel run',
    title: 'End the run: what is in flight is finished and recorded',
    done: 'run is being cancelled',
  },
  plans: {
    verb: 'plans',
    text: 'Dry run',
    title: 'Show what a run would do, before anything is done',
    done: 'dry run begun',
  },
};

function verbsOf({ state, current }: JobView): readonly Verb[] {
  if (state === 'paused') return ['resume', 'plans'];
  return current === undefined ? ['run', 'flush', 'plans', 'pause'] : ['cancel', 'flush', 'pause'];
}

/** Where there is little room. */
const FEW: ReadonlySet<Verb> = new Set(['run', 'cancel', 'pause', 'resume']);

/** What may be asked of a job now. What went wrong with the last of it stands beside the buttons. */
export function JobButtons({ job, few = false }: { readonly job: JobView; readonly few?: boolean }) {
  const [asking, setAsking] = useState<Verb | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const press = async ({ verb, done }: Button): Promise<void> => {
    setAsking(verb);
    setProblem(undefined);
    try {
      if (verb === 'plans') {
        const plan = await askJson<PlanView>(jobPath(job.name, '/plans'), { method: 'POST' });
        go({ view: 'plan', job: job.name, plan: plan.id });
      } else await ask(jobPath(job.name, `/${verb}`), { method: 'POST' });
      announce(`${printable(job.name)}: ${done}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'It did not work.');
    } finally {
      setAsking(undefined);
    }
  };
  return (
    <div class="buttons" role="group" aria-label={`What to do with ${printable(job.name)}`}>
      {verbsOf(job)
        .filter((verb) => !few || FEW.has(verb))
        .map((verb) => (
          <button
            key={verb}
            type="button"
            title={BUTTONS[verb].title}
            disabled={asking !== undefined}
            aria-busy={asking === verb}
            onClick={() => void press(BUTTONS[verb])}
          >
            {BUTTONS[verb].text}
          </button>
        ))}
      {problem !== undefined && (
        <p class="problem" role="alert">
          <Name text={problem} class="message" />
        </p>
      )}
    </div>
  );
}
