import type { RelPath } from '../model/path.ts';

/** One --include or --exclude: a gitignore pattern without a leading '!', seen from the source's root. */
export interface FilterRule {
  readonly kind: 'include' | 'exclude';
  readonly pattern: string;
}

/** What a filter is made of, as plain data: JSON can hold it, and another thread makes the same filter of it. */
export interface FilterRules {
  /** The lines of `.stagesyncignore` at the source's root: plain gitignore rules. */
  readonly ignoreFile?: readonly string[] | undefined;
  /**
   * From the command line or a job, in their order. The last rule that matches a path or one of its parents decides. A
   * path that none matches takes part, unless the first rule is an include: then only what is included does.
   */
  readonly rules: readonly FilterRule[];
  /** Left out at both ends, whatever the rules say: files that stagesync itself writes. */
  readonly hidden?: readonly RelPath[] | undefined;
}
