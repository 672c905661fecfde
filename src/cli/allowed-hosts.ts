import { InvalidArgumentError } from 'commander';
import { hostName } from '../emulator/host-check.ts';

/** The value of a flag that is repeatable: a host name, or an address, without scheme and port. */
export function allowedHosts(text: string, previous: readonly string[] | undefined): readonly string[] {
  const name = hostName(text);
  if (name === undefined)
    throw new InvalidArgumentError('Give a host name without scheme and port, like stage.internal.');
  return [...(previous ?? []), name];
}
