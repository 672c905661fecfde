import { describe, expect, test } from 'vitest';
import {
  decide,
  FIRST_COURSE,
  type Course,
  type CourseRules,
  type Happening,
} from '../../../src/daemon/supervision/course.ts';

const RULES: CourseRules = { watch: false, overlap: 'skip' };
const WATCH: CourseRules = { watch: true, overlap: 'skip' };
const RUNNING: Course = { ...FIRST_COURSE, phase: 'running' };
const due = (cause: 'schedule' | 'missed' | 'command' | 'flush' | 'watch'): Happening => ({
  type: 'due',
  cause,
});

/** 'running, queued schedule: drain overlap' */
function after(course: Course, happening: Happening, rules: CourseRules = RULES): string {
  const { course: next, steps } = decide(course, happening, rules);
  const queued = next.queued === undefined ? '' : `, queued ${next.queued}`;
  const what = next.next === 'goes_on' ? '' : `, ${next.next}`;
  const done = steps.map((step) =>
    [step.type, 'cause' in step && step.cause, 'why' in step && step.why]
      .filter((word) => word !== false)
      .join(' '),
  );
  return `${next.phase}${what}${queued}: ${done.join(', ')}`;
}

describe('a run that becomes due', () => {
  test.each([
    ['nothing runs', FIRST_COURSE, due('schedule'), RULES, 'running: begin schedule'],
    [
      'a try is waited for',
      { ...FIRST_COURSE, phase: 'trying_later' },
      due('schedule'),
      RULES,
      'running: begin schedule',
    ],
    ['one runs: skip', RUNNING, due('schedule'), RULES, 'running: skip schedule running'],
    [
      'one runs: queue',
      RUNNING,
      due('schedule'),
      { ...RULES, overlap: 'queue' },
      'running, queued schedule: ',
    ],
    [
      'one runs: cancel',
      RUNNING,
      due('schedule'),
      { ...RULES, overlap: 'cancel' },
      'running, queued schedule: drain overlap',
    ],
    [
      'one is queued already',
      { ...RUNNING, queued: 'missed' },
      due('schedule'),
      { ...RULES, overlap: 'queue' },
      'running, queued missed: ',
    ],
    ['one runs, and a person asks', RUNNING, due('command'), RULES, 'running, queued command: '],
    [
      'one runs, and a flush is asked for',
      RUNNING,
      due('flush'),
      { ...RULES, overlap: 'cancel' },
      'running, queued flush: ',
    ],
    ['a watch runs', RUNNING, due('schedule'), WATCH, 'running: look schedule'],
    ['paused', { ...FIRST_COURSE, phase: 'paused' }, due('schedule'), RULES, 'paused: skip schedule paused'],
    [
      'being paused',
      { ...RUNNING, next: 'pauses' },
      due('schedule'),
      RULES,
      'running, pauses: skip schedule paused',
    ],
    [
      'ended',
      { ...FIRST_COURSE, phase: 'ended', next: 'ends' },
      due('schedule'),
      RULES,
      'ended, ends: skip schedule ended',
    ],
  ] as [string, Course, Happening, CourseRules, string][])(
    'while %s',
    (_, course, happening, rules, expected) => {
      expect(after(course, happening, rules)).toBe(expected);
    },
  );
});

describe('a run that ends', () => {
  const ended = (tryAgain = false): Happening => ({ type: 'ended', tryAgain });
  test.each([
    ['well', RUNNING, ended(), RULES, 'waiting: '],
    ['with trouble that passes', RUNNING, ended(true), RULES, 'trying_later: '],
    ['with one queued', { ...RUNNING, queued: 'schedule' }, ended(true), RULES, 'running: begin schedule'],
    ['to be paused', { ...RUNNING, next: 'pauses' }, ended(true), RULES, 'paused: '],
    ['to end', { ...RUNNING, next: 'ends' }, ended(true), RULES, 'ended, ends: '],
    ['as a watch that was paused and resumed at once', RUNNING, ended(), WATCH, 'running: begin watch'],
  ] as [string, Course, Happening, CourseRules, string][])('%s', (_, course, happening, rules, expected) => {
    expect(after(course, happening, rules)).toBe(expected);
  });
});

describe('what people and the file ask for', () => {
  test.each([
    ['a pause while nothing runs', FIRST_COURSE, { type: 'pause' }, RULES, 'paused: '],
    [
      'a pause while one runs',
      { ...RUNNING, queued: 'schedule' },
      { type: 'pause' },
      RULES,
      'running, pauses: skip schedule paused, drain pause',
    ],
    [
      'a pause before another try',
      { ...FIRST_COURSE, phase: 'trying_later' },
      { type: 'pause' },
      RULES,
      'paused: ',
    ],
    ['a second pause', { ...FIRST_COURSE, phase: 'paused' }, { type: 'pause' }, RULES, 'paused: '],
    ['to resume', { ...FIRST_COURSE, phase: 'paused' }, { type: 'resume' }, RULES, 'waiting: '],
    [
      'to resume a watch',
      { ...FIRST_COURSE, phase: 'paused' },
      { type: 'resume' },
      WATCH,
      'running: begin watch',
    ],
    [
      'to resume while the run is still being paused',
      { ...RUNNING, next: 'pauses' },
      { type: 'resume' },
      RULES,
      'running: ',
    ],
    ['to resume what is not paused', RUNNING, { type: 'resume' }, RULES, 'running: '],
    [
      'the end while one runs',
      { ...RUNNING, queued: 'flush' },
      { type: 'end' },
      RULES,
      'running, ends: drain end',
    ],
    ['the end while nothing runs', FIRST_COURSE, { type: 'end' }, RULES, 'ended, ends: '],
    [
      'the end of what is paused',
      { ...FIRST_COURSE, phase: 'paused' },
      { type: 'end' },
      RULES,
      'ended, ends: ',
    ],
    [
      'a try whose time has come',
      { ...FIRST_COURSE, phase: 'trying_later' },
      { type: 'time_to_try', cause: 'schedule' },
      RULES,
      'running: begin schedule',
    ],
    [
      'a try that nobody waits for any more',
      FIRST_COURSE,
      { type: 'time_to_try', cause: 'schedule' },
      RULES,
      'waiting: ',
    ],
  ] as [string, Course, Happening, CourseRules, string][])('%s', (_, course, happening, rules, expected) => {
    expect(after(course, happening, rules)).toBe(expected);
  });
});
