import { useState } from 'preact/hooks';
import type { PathExplanation } from '../../../src/daemon/view/page-api.ts';
import { reasonText } from '../../../src/cli/output/action-text.ts';
import { bytes } from '../../../src/cli/output/quantities.ts';
import { askJson, jobPath } from '../live/api.ts';
import { useNow } from '../live/clock.ts';
import { ago, clockTime } from '../text/times.ts';
import { Name } from './name.tsx';

type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'explained'; readonly of: PathExplanation }
  | { readonly kind: 'problem'; readonly text: string };

/** What was last decided for a path, why and when. */
export async function explained(job: string, path: string): Promise<Answer> {
  try {
    const of = await askJson<PathExplanation>(jobPath(job, `/explain?path=${encodeURIComponent(path)}`));
    return { kind: 'explained', of };
  } catch (error) {
    return { kind: 'problem', text: error instanceof Error ? error.message : String(error) };
  }
}

/** A field for a path of the job, and what was decided for it. */
export function ExplainPath({ job }: { readonly job: string }) {
  const [path, setPath] = useState('');
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setAnswer({ kind: 'asking' });
    setAnswer(await explained(job, path.trim()));
  };
  return (
    <form class="explain" onSubmit={(event) => void submit(event)}>
      <label>
        <span class="hidden">Path in the job</span>
        <input
          required
          maxLength={4096}
          placeholder="A path in the source, like 2026/11/part-00001.parquet"
          value={path}
          onInput={(event) => setPath(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Explain</button>
      <div aria-live="polite">{answer !== undefined && <Explanation answer={answer} />}</div>
    </form>
  );
}

/** A button beside a path, that tells below it what was decided. */
export function ExplainButton({ job, path }: { readonly job: string; readonly path: string }) {
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  if (answer !== undefined) return <Explanation answer={answer} />;
  const press = async (): Promise<void> => {
    setAnswer({ kind: 'asking' });
    setAnswer(await explained(job, path));
  };
  return (
    <button type="button" class="small" onClick={() => void press()}>
      Explain
    </button>
  );
}

function Explanation({ answer }: { readonly answer: Answer }) {
  const now = useNow();
  if (answer.kind === 'asking') return <p class="quiet">Looking it up.</p>;
  if (answer.kind === 'problem')
    return (
      <p class="explanation" role="status">
        <Name text={answer.text} class="message" />
      </p>
    );
  const { path, decision, reason, decidedMs, size, table } = answer.of;
  return (
    <p class="explanation" role="status">
      <Name text={path} />: <strong>{decision}</strong>, because{' '}
      <Name text={reasonText(reason)} class="message" />
      {size !== undefined && `, ${bytes(size)}`}
      {table !== undefined && (table === 'loaded' ? ', loaded' : ', not loaded yet')}
      {decidedMs !== undefined && (
        <span class="quiet" title={clockTime(decidedMs)}>
          , by a run {ago(decidedMs, now)}
        </span>
      )}
    </p>
  );
}
