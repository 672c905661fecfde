import { InvalidArgumentError } from 'commander';

/** The value of a flag that is repeatable: a host name, or an address, without scheme and port. */
export function allowedHosts(text: string, previous: readonly string[] | undefined): readonly string[] {
  // the server's own function is not used here: --help must not load a server
  const url = URL.parse(`http://${text.includes(':') && !text.startsWith('[') ? `[${text}]` : text}`);
  const alone = url !== null && url.href === `http://${url.hostname}/` && !/[/?#@]/.test(text);
  if (!alone)
    throw new InvalidArgumentError('Give a host name without scheme and port, like stage.internal.');
  return [...(previous ?? []), url.hostname];
}
