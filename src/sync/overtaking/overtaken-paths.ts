import type { Problem } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathView } from '../compare/merge.ts';

/** So many files overtake one pass; further ones wait for its end. */
const MOST = 10_000;

const OVERTAKEN: Problem = {
  code: 'still_changing',
  severity: 'warning',
  message: 'was sent while the pass was under way; the next pass looks at it',
};

/** The files that overtook the pass that is running. From then on, its plan has nothing to do with them. */
export class OvertakenPaths {
  readonly #paths = new Set<RelPath>();

  has(path: RelPath): boolean {
    return this.#paths.has(path);
  }

  get isFull(): boolean {
    return this.#paths.size >= MOST;
  }

  add(path: RelPath): void {
    this.#paths.add(path);
  }

  [Symbol.iterator](): Iterator<RelPath> {
    return this.#paths.values();
  }

  /** What the plan is to know of a path: of an overtaken file, only that there is one, which may be any. */
  veil(view: PathView): PathView {
    if (!this.has(view.path)) return view;
    const { path } = view;
    return {
      ...view,
      source: { kind: 'unknown', path, covers: 'path', problem: OVERTAKEN, echo: true, file: true },
      sourceUnknown: true,
    };
  }
}
