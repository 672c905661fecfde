import type { Problem, ProblemCode } from '../model/entry.ts';
import type { ErrorData } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';

/** The paths that a pass could not settle, for the next pass. The path '' stands for all that the pass looked at. */
export interface Unsettled {
  /** The source changed there while the pass looked at it: another look finds what is true then. */
  readonly changing: readonly RelPath[];
  readonly failed: readonly RelPath[];
}

/** What happens when the source changes while a pass looks at it. */
const CHANGING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'entry_gone',
  'entry_changed',
  'vanished',
  'changed_while_listed',
]);

/** Whether trouble only says that the source is being changed. */
export const isChanging = (code: ErrorData['code'] | ProblemCode): boolean =>
  code !== 'unexpected' && CHANGING.has(code);

/** Paths that are kept one by one; with more of them all that the pass looked at is unsettled. */
const MOST_PATHS = 100_000;

/** Gathers, while a pass works, what it cannot settle. */
export class UnsettledPaths {
  readonly #changing = new Set<RelPath>();
  readonly #failed = new Set<RelPath>();

  /** An action failed. */
  failed(path: RelPath, { code }: ErrorData): void {
    add(isChanging(code) ? this.#changing : this.#failed, path);
  }

  problem(path: RelPath, { code, severity }: Problem): void {
    if (isChanging(code)) add(this.#changing, path);
    // put off because of earlier changes that failed; another look makes the removals together with these changes
    else if (code === 'removals_skipped') add(this.#failed.size === 0 ? this.#changing : this.#failed, '');
    else if (severity === 'failure') add(this.#failed, path);
  }

  get paths(): Unsettled {
    return { changing: [...this.#changing], failed: [...this.#failed] };
  }
}

function add(paths: Set<RelPath>, path: RelPath): void {
  if (paths.has('')) return;
  const isEverything = path === '' || paths.size >= MOST_PATHS;
  if (isEverything) paths.clear();
  paths.add(isEverything ? '' : path);
}
