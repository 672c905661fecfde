import type { Problem } from '../../model/entry.ts';

export const FOLDER_IN_THE_WAY: Problem = {
  code: 'in_the_way',
  severity: 'failure',
  message:
    'Stage has a folder of this name that stays: it holds something excluded, put there by others or changed since, or nothing may be removed without --delete; move it away, or rename the file',
};

export const FILE_IN_THE_WAY: Problem = {
  code: 'in_the_way',
  severity: 'failure',
  message:
    'Stage has a file of this name that stays: it is excluded, put there by others or changed since, or nothing may be removed without --delete; nothing below the folder is uploaded. Move the file away, or rename the folder',
};

export const KEPT: Problem = {
  code: 'changed_on_stage',
  severity: 'warning',
  message: 'gone from the source, but someone changed it on Stage; kept (remove it by hand, or use --mirror)',
};

export const ADOPTED_KEPT: Problem = {
  code: 'not_put_by_us',
  severity: 'warning',
  message:
    'gone from the source, but it was on Stage already when first met, and was taken for equal by its size alone; kept (remove it by hand, or use --mirror)',
};

export const tooLarge = (size: number, limit: number): Problem => ({
  code: 'too_large',
  severity: 'failure',
  message: `${size} bytes is over the limit of ${limit} bytes for one file; split it, or exclude it`,
});
