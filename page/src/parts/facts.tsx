import type { ComponentChildren } from 'preact';

/** Names and what they are, side by side as there is room. */
export function Facts({ children }: { readonly children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({
  name,
  wide = false,
  children,
}: {
  readonly name: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={wide ? 'spread' : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
