import type { Tone } from '../text/words.ts';

/** A word with its mark; the mark's shape differs too, for who does not tell the colours apart. */
export function Mark({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  return (
    <span class={`mark ${tone}`}>
      <span class="dot" aria-hidden="true" />
      <span class="word">{text}</span>
    </span>
  );
}
