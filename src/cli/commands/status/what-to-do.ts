import type { RecordedRun } from '../../../daemon/history/recorded-run.ts';

const AGAIN = 'it goes on from here';

/** By the code of an error or of a problem, the first that fits. The message beside it says what is wrong with this one. */
const ADVICE: readonly (readonly [codes: RegExp, advice: string])[] = [
  [
    /^source_unauthorised$/,
    'give it credentials that may read the bucket ("stagesync doctor" tries them), then run it again',
  ],
  [
    /_unauthorised$/,
    'give it a valid token: SINGLESTOREDB_MANAGEMENT_TOKEN or --token-file ("stagesync doctor" tries it), then run it again',
  ],
  [/^source_(missing|denied)$/, 'bring the source back, or correct its path, then run it again'],
  [/^stage_quota$/, 'make room on the Stage ("stagesync du" shows what fills it), then run it again'],
  [/^destination_full$/, 'make room on the disk, then run it again'],
  [/^state_unusable$/, 'make the state folder writable, with room on its disk, then run it again'],
  [/^guard_/, 'look at the source; where it is right, run it again with --force as the reason above says'],
  [/^(locked|lease_lost)$/, 'wait until the other run has ended'],
  [/^(interrupted|first_failure)$/, `run it again: ${AGAIN}`],
  [
    /_(unreachable|timeout|throttled|unavailable|locked)$/,
    `run it again once the other side answers ("stagesync doctor" tells): ${AGAIN}`,
  ],
  [/^not_loaded$/, 'mend the files or the table ("stagesync load status" shows them), then run it again'],
  [/^(usage|config)$/, 'correct what is named above, then run it again'],
];

/** What ends a run because of a worker begins with its name; see fromWireError. */
const OF_WORKER = /^worker (\S+): /;

/** What a person can do after a run that did not go well. */
export function whatToDo({ error, failures, outcome }: RecordedRun): string {
  if (outcome === undefined || outcome === 'interrupted') return `run it again: ${AGAIN}`;
  const code = error?.code ?? failures[0]?.code ?? '';
  const worker = OF_WORKER.exec(error?.message ?? '')?.[1];
  // its credentials are not those of this machine
  if (worker !== undefined && code.endsWith('_unauthorised'))
    return `give the worker ${worker} credentials that are accepted, where it runs, then run it again`;
  const known = ADVICE.find(([codes]) => codes.test(code))?.[1];
  return known ?? `mend or exclude what is named above, then run it again: ${AGAIN}`;
}
