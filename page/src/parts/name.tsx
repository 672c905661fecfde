import { printable } from '../../../src/model/printable.ts';

/**
 * A name or a message from outside: what would not be seen, or would turn what stands beside it around, is shown
 * escaped, and text that runs from right to left stays within itself.
 */
export function Name({ text, class: kind = 'name' }: { readonly text: string; readonly class?: string }) {
  return <bdi class={kind}>{printable(text)}</bdi>;
}
