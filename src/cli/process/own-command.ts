/**
 * What somebody types who goes on from the folder where this command was run: a clone, or a project that has the package,
 * has it by `npx` alone.
 */
export const ownCommand = (env: Readonly<Record<string, string | undefined>>): string =>
  isByNpx(env) ? 'npx stagesync' : 'stagesync';

/** Whether npm began this process, as `npx stagesync` and `npm exec stagesync` do. */
export const isByNpx = (env: Readonly<Record<string, string | undefined>>): boolean =>
  env['npm_command'] === 'exec';
