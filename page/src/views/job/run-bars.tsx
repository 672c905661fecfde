import type { RunSummary } from '../../../../src/daemon/view/daemon-view.ts';
import { go } from '../../live/location.ts';
import { clockTime, span } from '../../text/times.ts';
import { endWord } from '../../text/words.ts';

/** Bars that a page's width holds. */
const MOST = 60;
const HEIGHT = 56;
const STEP = 12;

/** How long each run took, the latest on the right. The list below says the same in words. */
export function RunBars({ job, runs }: { readonly job: string; readonly runs: readonly RunSummary[] }) {
  const shown = runs.slice(0, MOST).toReversed();
  const took = ({ startedMs, endedMs }: RunSummary): number => Math.max(1, endedMs - startedMs);
  const longest = shown.map(took).reduce((a, b) => Math.max(a, b), 1);
  const width = MOST * STEP;
  return (
    <figure class="bars" aria-hidden="true">
      <figcaption>
        Duration of the last {shown.length} runs, the longest {span(longest)}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none">
        {shown.map((run, at) => {
          const height = Math.max(2, (took(run) / longest) * HEIGHT);
          return (
            <rect
              key={run.id}
              class={endWord(run).tone}
              x={width - (shown.length - at) * STEP}
              y={HEIGHT - height}
              width={STEP - 3}
              height={height}
              onClick={() => go({ view: 'run', job, run: run.id })}
            >
              <title>{`${clockTime(run.startedMs)}: ${endWord(run).text}, ${span(took(run))}`}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
