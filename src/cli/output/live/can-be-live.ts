import type { Host } from '../../process/host.ts';

interface Surroundings {
  readonly host: Pick<Host, 'stderr' | 'env'>;
  readonly environment: { readonly ci: boolean };
}

/** Whether a live display makes sense: there is a terminal, and nobody has asked for less. */
export const canBeLive = (
  { host, environment }: Surroundings,
  { progress, quiet }: { readonly progress: boolean; readonly quiet?: true | undefined },
): boolean =>
  progress && quiet !== true && host.stderr.isTTY === true && !environment.ci && host.env['TERM'] !== 'dumb';
