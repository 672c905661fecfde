import { type Operation, SyncError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';

/** The root of a deployment was not found: there is no such deployment, or it has no Stage. */
export const deploymentMissing = (deployment: string): SyncError =>
  new SyncError(
    'stage_deployment_missing',
    `There is no Stage for the deployment ${printable(deployment)}. Check the ID, the API version and the organization.`,
    {
      verdict: 'end_run',
      fact: 'unauthorised',
      operation: 'list',
      path: '',
      details: { deployment: printable(deployment), status: 404 },
    },
  );

/** A path that Stage cannot hold; `problem` ends the sentence "its path …". */
export const unsendablePath = (path: string, operation: Operation, problem: string): SyncError =>
  new SyncError(
    'stage_rejected',
    (name) => `Cannot send ${printable(name)} to Stage: its path ${problem}. Rename it.`,
    { verdict: 'skip_entry', fact: 'refused', operation, path, details: { path: printable(path) } },
  );

/** A content that has not the announced `size`. `got` counts what had come when that was clear; both are bytes. */
export function changedWhileUploaded(path: string, size: number, got: number): SyncError {
  const came = got > size ? 'more than' : `${got} instead of`;
  const rest = `changed while it was uploaded: ${came} ${size} bytes came. The next run takes it up again.`;
  return new SyncError('entry_changed', (name) => (name === path ? `${printable(name)} ${rest}` : rest), {
    verdict: 'skip_entry',
    fact: 'changed',
    operation: 'upload',
    path,
    details: { path: printable(path), size, got },
  });
}
