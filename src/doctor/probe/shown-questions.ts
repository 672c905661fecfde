import type { RelPath } from '../../model/path.ts';
import type { Answer, Question, Trial } from './question.ts';
import { seenAfter, type ShownChild, type Told } from './trial-folder.ts';
import { duration } from '../../model/quantities/duration.ts';

/** Longer than the whole seconds that times may have. */
const TICK_MS = 2100;
/** How long a change may take until it is seen. */
const WITHIN_MS = 10_000;
/** A chance that a listing is late shows only now and then. */
const REPEATS = 3;

const replies: Question = {
  id: 'replies_are_json',
  asks: 'Are replies to changes and listings JSON, and do they name what changed?',
  async ask({ stage, signal, folder }) {
    const told: [string, Told][] = [
      ['PUT', await stage.put(`${folder}a.txt`, 'one', signal)],
      ['GET', await stage.list(folder, signal)],
      ['PATCH', await stage.move(`${folder}a.txt`, `${folder}b.txt`, signal)],
      ['DELETE', await stage.remove(`${folder}b.txt`, signal)],
    ];
    const wrong = told.filter(([, { value }]) => typeof value !== 'object' || value === null);
    const detail = told.map(([verb, { contentType }]) => `${verb}: ${contentType || 'no type'}`).join(', ');
    if (wrong.length === 0) return { answer: 'yes', detail: `${detail}; paths ${pathForm(told[0]![1])}` };
    return { answer: `not of ${wrong.map(([verb]) => verb).join(', ')}`, detail };
  },
};

function pathForm({ value }: Told): string {
  const { path } = (value ?? {}) as { readonly path?: unknown };
  if (typeof path !== 'string') return 'are missing';
  return path.startsWith('/') ? 'begin with a slash' : 'are plain';
}

const timesShown: Question = {
  id: 'times_shown',
  asks: 'How does a listing show last_modified?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}a.txt`, 'one', signal);
    return { answer: formOf((await childOf(trial, folder, 'a.txt'))?.last_modified) };
  },
};

function formOf(time: unknown): string {
  if (time === undefined || time === null || time === '') return 'not at all';
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return 'as something else';
  if (time.startsWith('0001-')) return 'as the year 1';
  return /\.\d+/.test(time) ? 'with parts of a second' : 'in whole seconds';
}

const movedTimes: Question = {
  id: 'moved_times',
  asks: 'Does a file keep its time when it is moved, by itself and with its folder?',
  async ask(trial) {
    const { stage, signal, folder, pause } = trial;
    await stage.put(`${folder}a.txt`, 'one', signal);
    await stage.makeFolder(`${folder}from/`, signal);
    await stage.put(`${folder}from/b.txt`, 'one', signal);
    const before = [await childOf(trial, folder, 'a.txt'), await childOf(trial, `${folder}from/`, 'b.txt')];
    await pause(TICK_MS);
    await stage.move(`${folder}a.txt`, `${folder}c.txt`, signal);
    await stage.move(`${folder}from/`, `${folder}to/`, signal);
    const after = [await childOf(trial, folder, 'c.txt'), await childOf(trial, `${folder}to/`, 'b.txt')];
    const [file, inFolder] = before.map((each, at) => kept(each, after[at]));
    return { answer: file === inFolder ? (file ?? '') : `${file} by itself, ${inFolder} with its folder` };
  },
};

function kept(before: ShownChild | undefined, after: ShownChild | undefined): string {
  const times = [before?.last_modified, after?.last_modified];
  if (times.some((time) => typeof time !== 'string' || time.startsWith('0001-'))) return 'cannot be told';
  return times[0] === times[1] ? 'kept' : 'set anew';
}

async function childOf(
  { stage, signal }: Trial,
  folder: RelPath,
  name: string,
): Promise<ShownChild | undefined> {
  return (await stage.children(folder, signal))?.find((child) => child.name === name);
}

const emptyFolder: Question = {
  id: 'empty_folder',
  asks: 'What is the content of an empty folder?',
  async ask({ stage, signal, folder }) {
    const { value } = await stage.list(folder, signal);
    const { content } = (value ?? {}) as { readonly content?: unknown };
    return { answer: Array.isArray(content) ? 'an empty list' : content === null ? 'null' : 'missing' };
  },
};

const listings: Question = {
  id: 'listings_at_once',
  asks: 'Does a listing show at once what was sent, moved and removed before it?',
  async ask(trial) {
    const { stage, signal, folder, pause } = trial;
    const shows = async (name: string): Promise<boolean> =>
      (await childOf(trial, folder, name)) !== undefined;
    const delays: Record<'sent' | 'moved' | 'removed', (number | undefined)[]> = {
      sent: [],
      moved: [],
      removed: [],
    };
    const seen = (isSeen: () => Promise<boolean>) => seenAfter(isSeen, { withinMs: WITHIN_MS, pause });
    for (let round = 0; round < REPEATS; round++) {
      const [first, second] = [`${round}a.txt`, `${round}b.txt`];
      await stage.put(folder + first, 'one', signal);
      delays.sent.push(await seen(() => shows(first)));
      await stage.move(folder + first, folder + second, signal);
      delays.moved.push(await seen(async () => (await shows(second)) && !(await shows(first))));
      await stage.remove(folder + second, signal);
      delays.removed.push(await seen(async () => !(await shows(second))));
    }
    return delaysAnswer(delays);
  },
};

function delaysAnswer(delays: Readonly<Record<string, readonly (number | undefined)[]>>): Answer {
  const late = Object.entries(delays).filter(([, each]) => each.some((ms) => ms !== 0));
  if (late.length === 0) return { answer: 'at once', detail: `${REPEATS} times each` };
  const worst = (each: readonly (number | undefined)[]): string =>
    each.includes(undefined)
      ? `not within ${duration(WITHIN_MS)}`
      : `after ${duration(Math.max(...each.map(Number)))}`;
  return { answer: 'late', detail: late.map(([what, each]) => `${what}: ${worst(each)}`).join(', ') };
}

const range: Question = {
  id: 'range',
  asks: 'Does a download begin where Range says?',
  async ask({ stage, signal, folder }) {
    await stage.put(`${folder}a.txt`, '0123456789', signal);
    const told = await stage.range(`${folder}a.txt`, signal);
    if (told === undefined) return { answer: 'no signed address', detail: 'Stage sends the bytes itself' };
    const { status, text } = told;
    const detail = `status ${status}`;
    if (status === 206 && text === '3456789') return { answer: 'yes', detail };
    return { answer: status === 200 && text.length === 10 ? 'no, it sends all' : 'something else', detail };
  },
};

export const SHOWN_QUESTIONS: readonly Question[] = [
  replies,
  timesShown,
  movedTimes,
  emptyFolder,
  listings,
  range,
];
