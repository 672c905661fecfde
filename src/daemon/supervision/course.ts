import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { RunCause } from '../view/daemon-view.ts';

/**
 * Where a job is, as plain data:
 *
 *                  due                          ended
 *    waiting ───────────────▶ running ──────────────────────────▶ waiting
 *       ▲                      │  ▲ │
 *       │                      │  │ └─ ended, and is to be tried again ──▶ trying_later ── it is time, due ──▶ running
 *       │ resume         pause │  │ ended, with one queued
 *       │                      ▼  │
 *     paused ◀── ended ── running, to be paused
 *
 *    any of them ── end ──▶ ended, once nothing runs
 *
 * A watch runs from its begin to its end: what becomes due meanwhile is looked at within it.
 */
export interface Course {
  readonly phase: 'waiting' | 'running' | 'trying_later' | 'paused' | 'ended';
  /** What becomes of it once nothing runs any more. */
  readonly next: 'goes_on' | 'pauses' | 'ends';
  /** Begins as soon as what runs has ended. */
  readonly queued: RunCause | undefined;
}

export type Happening =
  /** A run is to begin. `watch`: the watch of the job is to begin. */
  | { readonly type: 'due'; readonly cause: RunCause }
  /** What ran has ended; `tryAgain`: it is to be tried again after a pause. */
  | { readonly type: 'ended'; readonly tryAgain: boolean }
  /** The pause before the next try is over. */
  | { readonly type: 'time_to_try'; readonly cause: RunCause }
  | { readonly type: 'pause' | 'resume' | 'end' };

/** What is to be done, in this order. */
export type Step =
  | { readonly type: 'begin'; readonly cause: RunCause }
  /** A look at everything within the watch that runs. */
  | { readonly type: 'look'; readonly cause: RunCause }
  /** What runs begins nothing new, and ends. `why` is told of it. */
  | { readonly type: 'drain'; readonly why: 'pause' | 'end' | 'overlap' }
  | { readonly type: 'skip'; readonly cause: RunCause; readonly why: SkipReason };

export type SkipReason = 'running' | 'paused' | 'ended';

/** What of a job decides its course. */
export type CourseRules = Pick<NamedJob, 'watch' | 'overlap'>;

export interface Decided {
  readonly course: Course;
  readonly steps: readonly Step[];
}

export const FIRST_COURSE: Course = { phase: 'waiting', next: 'goes_on', queued: undefined };

/** What follows when something happens. Pure. */
export function decide(course: Course, happening: Happening, rules: CourseRules): Decided {
  switch (happening.type) {
    case 'due':
      return onDue(course, happening.cause, rules);
    case 'ended':
      return onEnded(course, happening.tryAgain, rules);
    case 'time_to_try':
      return course.phase === 'trying_later' ? begin(course, happening.cause) : unchanged(course);
    case 'pause':
      return onPause(course);
    case 'resume':
      return onResume(course, rules);
    case 'end':
      return onEnd(course);
    default:
      return happening satisfies never;
  }
}

const unchanged = (course: Course): Decided => ({ course, steps: [] });

const begin = (course: Course, cause: RunCause): Decided => ({
  course: { ...course, phase: 'running', queued: undefined },
  steps: [{ type: 'begin', cause }],
});

const skipped = (course: Course, cause: RunCause, why: SkipReason): Decided => ({
  course,
  steps: [{ type: 'skip', cause, why }],
});

function onDue(course: Course, cause: RunCause, { watch, overlap }: CourseRules): Decided {
  if (course.phase === 'ended' || course.next === 'ends') return skipped(course, cause, 'ended');
  if (course.phase === 'paused' || course.next === 'pauses') return skipped(course, cause, 'paused');
  if (course.phase !== 'running') return begin(course, cause);
  if (watch) return { course, steps: [{ type: 'look', cause }] };
  const queued = { ...course, queued: course.queued ?? cause };
  // somebody asked, and waits for it
  if (cause === 'command' || cause === 'flush' || overlap === 'queue') return unchanged(queued);
  if (overlap === 'skip') return skipped(course, cause, 'running');
  return { course: queued, steps: [{ type: 'drain', why: 'overlap' }] };
}

function onEnded(course: Course, tryAgain: boolean, { watch }: CourseRules): Decided {
  if (course.next === 'ends') return unchanged({ ...course, phase: 'ended' });
  if (course.next === 'pauses') return unchanged({ ...course, phase: 'paused', next: 'goes_on' });
  if (course.queued !== undefined) return begin(course, course.queued);
  if (tryAgain) return unchanged({ ...course, phase: 'trying_later' });
  return watch ? begin(course, 'watch') : unchanged({ ...course, phase: 'waiting' });
}

function onPause(course: Course): Decided {
  if (course.next === 'ends' || course.phase === 'ended' || course.phase === 'paused')
    return unchanged(course);
  if (course.phase !== 'running') return unchanged({ ...course, phase: 'paused', queued: undefined });
  const dropped: Step[] =
    course.queued === undefined ? [] : [{ type: 'skip', cause: course.queued, why: 'paused' }];
  return {
    course: { ...course, next: 'pauses', queued: undefined },
    steps: [...dropped, { type: 'drain', why: 'pause' }],
  };
}

/** A watch that is still being paused begins anew once it has ended. */
function onResume(course: Course, { watch }: CourseRules): Decided {
  if (course.next === 'pauses') return unchanged({ ...course, next: 'goes_on' });
  if (course.phase !== 'paused') return unchanged(course);
  return watch ? begin(course, 'watch') : unchanged({ ...course, phase: 'waiting' });
}

function onEnd(course: Course): Decided {
  if (course.next === 'ends') return unchanged(course);
  const ending: Course = { ...course, next: 'ends', queued: undefined };
  return course.phase === 'running'
    ? { course: ending, steps: [{ type: 'drain', why: 'end' }] }
    : unchanged({ ...ending, phase: 'ended' });
}
