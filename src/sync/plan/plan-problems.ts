import { capitalised } from '../../model/destination-words.ts';
import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';

export const folderInTheWay = ({ name }: DestinationWords): Problem => ({
  code: 'in_the_way',
  severity: 'failure',
  message: `${capitalised(name)} has a folder of this name that stays: it holds something excluded, put there by others or changed since, or nothing may be removed without --delete; move it away, or rename the file`,
});

export const fileInTheWay = ({ name }: DestinationWords): Problem => ({
  code: 'in_the_way',
  severity: 'failure',
  message: `${capitalised(name)} has a file of this name that stays: it is excluded, put there by others or changed since, or nothing may be removed without --delete; nothing below the folder is uploaded. Move the file away, or rename the folder`,
});

/** A file that is gone from the source and is not as it was put. */
export const changedAndKept = ({ at }: DestinationWords): Problem => ({
  code: 'changed_on_stage',
  severity: 'warning',
  message: `gone from the source, but someone changed it ${at}; kept (remove it by hand, or use --mirror)`,
});

/** A file that is gone from the source and was never put by us. */
export const adoptedAndKept = ({ at }: DestinationWords): Problem => ({
  code: 'not_put_by_us',
  severity: 'warning',
  message: `gone from the source, but it was ${at} already when first met, and was taken for equal by its size alone; kept (remove it by hand, or use --mirror)`,
});

/** A file that differs, where nothing is to be replaced. */
export const notOverwritten = ({ at }: DestinationWords): Problem => ({
  code: 'not_overwritten',
  severity: 'warning',
  message: `differs from what is ${at} under its name, which stays: --no-overwrite`,
});

/** A file that is not ours at the destination, where only what is ours is replaced. */
export function notReplaced({ at }: DestinationWords, why: 'changed' | 'not_ours' | 'older'): Problem {
  const told = {
    changed: `it changed in the source, and somebody changed it ${at} too since it was put there`,
    not_ours: `another file has its name ${at}, which no run put there`,
    older: `somebody changed it ${at} since it was put there`,
  };
  return {
    code: 'not_replaced',
    severity: why === 'older' ? 'warning' : 'failure',
    message: `${told[why]}; kept as it is (move it away, or use --theirs to take the one of the source)`,
  };
}

/** A file that whoever runs the sync does not want. */
export const overSize = (size: number, limit: number): Problem => ({
  code: 'over_size',
  severity: 'warning',
  message: `left out: ${size} bytes is over --max-file-size of ${limit} bytes`,
});

export const tooLarge = (size: number, limit: number): Problem => ({
  code: 'too_large',
  severity: 'failure',
  message: `${size} bytes is over the limit of ${limit} bytes for one file; split it, or exclude it`,
});
