import type { FileEntry } from '../../model/entry.ts';
import type { ShownVersion } from '../../model/plan.ts';

/** What the destination shows at the name of a file that is to be copied. */
export type Shown =
  | { readonly kind: 'nothing' }
  | ({ readonly kind: 'file' } & ShownVersion)
  | { readonly kind: 'folder' }
  /** It cannot be told. */
  | { readonly kind: 'unclear'; readonly why: string };

export interface CopyRules {
  /** Whether a file with another content is replaced. */
  readonly overwrite: boolean;
  /**
   * When files of one size are the same: `content`, both are read; `size`, also where the copy is not older than the file,
   * and nothing is read.
   */
  readonly compare: 'content' | 'size';
  /** Whether a copy gets the time of its file: one of the same time and size is then the copy that was made before. */
  readonly setsTimes: boolean;
}

export type CopyDecision =
  | { readonly do: 'copy'; readonly replaces: ShownVersion | undefined }
  | { readonly do: 'nothing' }
  /** Both files are read, and the difference decides. */
  | { readonly do: 'compare'; readonly shown: ShownVersion }
  | { readonly do: 'keep'; readonly shown: ShownVersion }
  /** `why`: the end of the sentence "it cannot be copied: …". */
  | { readonly do: 'refuse'; readonly code: 'in_the_way' | 'listing_unclear'; readonly why: string };

/** Decides by what both ends show; nothing is read or changed. */
export function decideCopy(entry: FileEntry, shown: Shown, rules: CopyRules): CopyDecision {
  switch (shown.kind) {
    case 'nothing':
      return { do: 'copy', replaces: undefined };
    case 'folder':
      return { do: 'refuse', code: 'in_the_way', why: 'a folder has its name there' };
    case 'unclear':
      return {
        do: 'refuse',
        code: 'listing_unclear',
        why: `what has its name there is not clear: ${shown.why}`,
      };
    case 'file':
      return isSameByListing(entry, shown, rules)
        ? { do: 'nothing' }
        : shown.size === entry.size
          ? { do: 'compare', shown }
          : decideDifferent(shown, rules);
    default:
      return shown satisfies never;
  }
}

/** Of two files that are known to differ. */
export const decideDifferent = (shown: ShownVersion, { overwrite }: CopyRules): CopyDecision =>
  overwrite ? { do: 'copy', replaces: shown } : { do: 'keep', shown };

function isSameByListing(entry: FileEntry, shown: ShownVersion, { compare, setsTimes }: CopyRules): boolean {
  if (shown.size !== entry.size) return false;
  if (entry.size === 0) return true;
  if (entry.modifiedMs === undefined || shown.modifiedMs === undefined) return false;
  const [ours, theirs] = [Math.floor(entry.modifiedMs), Math.floor(shown.modifiedMs)];
  return (setsTimes && ours === theirs) || (compare === 'size' && ours <= theirs);
}
