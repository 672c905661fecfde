import type { MemoryCall } from '../../../src/destinations/memory/memory-destination.ts';
import type { FileParts } from '../../../src/files/file-changes.ts';
import { moveFiles } from '../../../src/files/move/move-files.ts';
import { planRemoval } from '../../../src/files/remove/plan-removal.ts';
import { RemovalPlan } from '../../../src/files/remove/removal-plan.ts';
import { removePlanned } from '../../../src/files/remove/removals.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { changingFiles } from '../engine/changing-files.ts';
import { createDice, type Dice } from '../trees/dice.ts';

/** What a trial saw happen, to know that it tries something. */
export interface FileTrialTally {
  /** Files that others put, and changes of theirs that hit a file of ours. */
  theirs: number;
  killed: number;
  lostReplies: number;
  /** Files of theirs that came between the last look at their place and the request, which nobody can tell. */
  window: number;
  /** Files of theirs that had to go back to their places, or were found under a hidden name. */
  carried: number;
}

/** The death of the process: nothing of it does anything any more. */
class Killed extends Error {}

const FOLDERS = ['a/', 'a/b/', 'a/b/c/', 'a/d/', 'z/', 'z/a/'];
const OURS = ['a/1', 'a/2', 'a/b/1', 'a/b/c/1', 'a/b/c/2', 'a/d/1', 'z/1', 'z/a/1', 'top'];
const NAMES = ['1', '2', 'new', 'b', 'x'];

/**
 * One command on a small tree, with others at work in the same places, lost replies, and maybe the death of the process; then
 * the same command again, undisturbed. Returns what was lost or carried off, in words.
 */
export async function runFileCommandTrial(seed: number, tally: FileTrialTally): Promise<string[]> {
  const dice = createDice(seed);
  const behaviour = {
    moveOverwrites: dice.chance(0.3),
    refusesFolderMove: dice.chance(0.3),
    removesOnlyEmpty: dice.chance(0.2),
    moveSetsTime: dice.chance(0.2),
  };
  const tree = Object.fromEntries([
    ...FOLDERS.map((folder) => [folder, '']),
    ...OURS.map((path) => [path, `ours ${path}`]),
  ]) as Record<string, string>;
  const it = changingFiles(tree, { ...behaviour, attempts: 3 });
  const command = commandOf(dice);
  const others = new Others(it.stage, command, dice, tally);
  const killAt = dice.chance(0.5) ? 1 + dice.below(40) : Infinity;
  let calls = 0;
  let isDead = false;
  let active = false;
  const dying = (): void => {
    isDead ||= ++calls >= killAt * 2;
    if (isDead) throw new Killed('killed');
  };
  const disturb = (call: MemoryCall): void => {
    if (active && !isDead && dice.chance(0.3)) others.act(call);
  };
  it.hooks.before = (call) => {
    dying();
    disturb(call);
    others.endure(call);
    others.lookedAt(call);
    others.deeds.push(`${call.kind} ${call.path} ${call.to ?? ''}`);
  };
  it.hooks.after = (call) => {
    others.ended(call);
    dying();
    disturb(call);
    const isChange = call.kind === 'move' || call.kind === 'remove' || call.kind === 'makeFolder';
    if (!isChange || !dice.chance(0.15)) return;
    tally.lostReplies++;
    others.deeds.push('  the reply is lost');
    throw new SyncError('stage_timeout', 'no reply', { verdict: 'retry', inDoubt: true });
  };
  await it
    .run((parts) => command.run(parts, () => (active = true)))
    .catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      tally.killed++;
    });
  const losses = judge(it, { others, command, tally });
  const hidden = [...it.stage.folders, ...it.stage.files.keys()].find((path) =>
    path.startsWith('.stagesync-'),
  );
  if (!isDead && hidden !== undefined && !it.told().some((each) => each.includes('left_aside')))
    losses.push(`${hidden} is left, and nobody says so`);
  if (process.env['STAGESYNC_FILES_SEED'] !== undefined)
    console.log([JSON.stringify(behaviour), ...others.deeds, ...it.told()].join('\n'));
  it.hooks.before = it.hooks.after = () => undefined;
  await it.run((parts) => command.again(parts));
  return [...losses, ...judge(it, { others, command, tally })].map((each) => `${command.text}: ${each}`);
}

interface FileCommand {
  readonly text: string;
  /** `begins`: called once it is known what is to be done. */
  run(parts: FileParts, begins: () => void): Promise<void>;
  again(parts: FileParts): Promise<void>;
  /** Whether the command may have removed this file of ours. */
  mayGo(path: string): boolean;
  /** Whether a file of others that was there when a folder moved may lie elsewhere. */
  readonly moves: boolean;
  readonly overwrites: boolean;
}

function commandOf(dice: Dice): FileCommand {
  return dice.chance(0.5) ? removalOf(dice) : moveOf(dice);
}

function removalOf(dice: Dice): FileCommand {
  const paths = dice.pick([['a'], ['a/b'], ['a/*'], ['a/b', 'a/1', 'top'], ['**/1'], ['a', 'z/a']]);
  const run = async (parts: FileParts, begins: () => void): Promise<void> => {
    using plan = new RemovalPlan();
    await planRemoval(parts, plan, paths, { recursive: true, ifExists: true });
    begins();
    await removePlanned(parts, plan);
  };
  const roots = paths.map((path) => path.replace('*', ''));
  return {
    text: `rm -r ${paths.join(' ')}`,
    run,
    // a person looks before that: what is there then may go
    again: async () => undefined,
    mayGo: (path) =>
      paths[0] === '**/1'
        ? path.endsWith('1')
        : roots.some((root) => path === root || path.startsWith(root.replace(/\/?$/, '/'))),
    moves: false,
    overwrites: false,
  };
}

function moveOf(dice: Dice): FileCommand {
  const [sources, target, again] = dice.pick<readonly [string[], string, string]>([
    [['a'], 'new', 'new'],
    [['a/b'], 'z/', 'z/'],
    [['a/*'], 'z/', 'z/'],
    [['top'], 'a/x', 'a/x'],
    [['z/1', 'top'], 'a/', 'a/'],
    [['a'], 'z/', 'z/'],
  ]);
  const overwrite = dice.chance(0.3);
  const merge = dice.chance(0.5);
  return {
    text: `mv ${overwrite ? '--overwrite ' : ''}${merge ? '--merge ' : ''}${sources.join(' ')} ${target}`,
    run: async (parts, begins) => {
      begins();
      await moveFiles(parts, { sources, target, overwrite, merge });
    },
    again: (parts) => moveFiles(parts, { sources, target: again, overwrite: false, merge: true }),
    mayGo: (path) => overwrite && (path.startsWith('z/') || path.startsWith('a/')),
    moves: true,
    overwrites: overwrite,
  };
}

type Changing = ReturnType<typeof changingFiles>;

/** Others, who put, replace and remove files, and know what they expect to find. */
class Others {
  /** The content of each file that they put and did not take away themselves; by content, since no two are alike. */
  readonly kept = new Map<string, string>();
  /** Contents of ours that they replaced or removed. */
  readonly undone = new Set<string>();
  /** What happened, for a person who looks at one seed. */
  readonly deeds: string[] = [];
  readonly #stage: Changing['stage'];
  readonly #mayReplace: boolean;
  readonly #dice: Dice;
  readonly #tally: FileTrialTally;
  #serial = 0;
  #now = 0;
  readonly #beingMade = new Set<MemoryCall>();
  readonly #looks = new Map<string, number>();
  readonly #putAt = new Map<string, number>();

  /** No change was made yet. */
  #plans = true;

  constructor(
    stage: Changing['stage'],
    { overwrites }: Pick<FileCommand, 'overwrites'>,
    dice: Dice,
    tally: FileTrialTally,
  ) {
    this.#mayReplace = overwrites;
    this.#stage = stage;
    this.#dice = dice;
    this.#tally = tally;
  }

  /** A listing, or a look at one name, is made now. */
  lookedAt({ kind, path }: MemoryCall): void {
    if (kind === 'listFolder' || kind === 'stat') this.#looks.set(path, ++this.#now);
    else this.#plans = false;
    if (!this.#plans || !this.#mayReplace) return;
    // what the command saw when it planned, it may replace
    for (const [content, home] of this.kept) if (folderOf(home) === path) this.kept.delete(content);
  }

  /** A change of ours is made now. What came after the last look at its place, nobody could have seen. */
  endure(call: MemoryCall): void {
    const { kind, path, to } = call;
    this.#beingMade.add(call);
    if (kind === 'remove' && !path.startsWith('.stagesync-'))
      for (const each of this.#stage.files.keys())
        if (each === path || (path.endsWith('/') && each.startsWith(path)))
          this.#forgive(each, folderOf(each));
    if (kind === 'move' && !path.endsWith('/') && this.#stage.folders.has(folderOf(to!)))
      this.#forgive(to!, to!);
  }

  /** The judgement of a change of ours and its effect are to be one instant: nothing of theirs comes between. */
  ended(call: MemoryCall): void {
    this.#beingMade.delete(call);
  }

  #isBeingMade(target: string): boolean {
    const touches = (path: string | undefined): boolean =>
      path !== undefined && (path === target || (path.endsWith('/') && target.startsWith(path)));
    return [...this.#beingMade].some(({ path, to }) => touches(path) || touches(to));
  }

  #isHidden(content: string): boolean {
    return [...this.#stage.files.keys()].some(
      (path) => path.startsWith('.stagesync-') && this.#stage.text(path) === content,
    );
  }

  #forgive(path: string, place: string): void {
    const content = this.#stage.text(path);
    if (content === undefined || (this.#putAt.get(content) ?? 0) < (this.#looks.get(place) ?? 0)) return;
    if (this.kept.delete(content)) this.#tally.window++;
  }

  act({ path, to }: MemoryCall): void {
    const dice = this.#dice;
    const near = (dice.chance(0.4) && to) || path;
    const folder =
      near.startsWith('.stagesync-') || dice.chance(0.3) ? dice.pick([...FOLDERS, 'new/']) : folderOf(near);
    const target =
      dice.chance(0.4) && !near.endsWith('/') && !near.startsWith('.') ? near : folder + dice.pick(NAMES);
    if (this.#stage.folders.has(`${target}/`) || this.#isBeingMade(target)) return;
    const old = this.#stage.text(target);
    if (dice.chance(0.2)) {
      if (old === undefined) return;
      this.#stage.files.delete(target);
    } else {
      // longer than ours, and no two of one length: where moves set times, nothing else tells
      const content = `theirs, which none of ours is like: ${'.'.repeat(++this.#serial)}`;
      // what waits under a hidden name then is the older of two that have one name
      for (const [older, home] of this.kept)
        if (home === target && this.#isHidden(older)) this.kept.delete(older);
      this.#stage.place(target, content);
      this.kept.set(content, target);
      this.#putAt.set(content, ++this.#now);
    }
    this.#tally.theirs++;
    this.deeds.push(`others: ${this.#stage.files.has(target) ? 'put' : 'remove'} ${target}`);
    if (old === undefined) return;
    this.kept.delete(old);
    this.undone.add(old);
  }
}

const folderOf = (path: string): string =>
  path.endsWith('/') ? path : path.slice(0, path.lastIndexOf('/') + 1);

function judge(
  { stage }: Changing,
  {
    others,
    command,
    tally,
  }: { readonly others: Others; readonly command: FileCommand; readonly tally: FileTrialTally },
): string[] {
  const there = new Map([...stage.files.keys()].map((path) => [stage.text(path)!, path]));
  const losses: string[] = [];
  for (const [content, home] of others.kept) {
    const path = there.get(content);
    if (path === undefined) losses.push(`what others put at ${home} is lost (${content})`);
    else if (path !== home && !command.moves && !path.startsWith('.stagesync-'))
      losses.push(`what others put at ${home} is at ${path}`);
    if (path !== home) tally.carried++;
  }
  for (const path of OURS) {
    const content = `ours ${path}`;
    if (!there.has(content) && !others.undone.has(content) && !command.mayGo(path))
      losses.push(`${path} is lost`);
  }
  return losses;
}
