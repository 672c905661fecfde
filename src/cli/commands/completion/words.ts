/** A command line up to the cursor. */
export interface TypedLine {
  /** After the name of the program, before the word under the cursor; without quotes. */
  readonly words: readonly string[];
  /** The word under the cursor, up to it; without quotes. */
  readonly current: string;
  /** The quote that the word began with and has not ended; undefined: none. */
  readonly quote: '"' | "'" | undefined;
}

/** Splits a line as bash does: quotes, backslashes; no expansion. */
export function splitLine(line: string): TypedLine {
  const words: string[] = [];
  let word: string | undefined;
  let quote: TypedLine['quote'];
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\' && quote !== "'" && at + 1 < line.length) word = (word ?? '') + line[++at]!;
    else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  return { words: words.slice(1), current: word ?? '', quote };
}

/**
 * The value as bash wants it in the place of the word under the cursor: bash replaces what follows the last of its word breaks,
 * and takes it as it would be typed.
 */
export function forBash(value: string, { current, quote }: TypedLine, breaks: string): string {
  if (quote !== undefined) return value;
  const broken = [':', '='].filter((char) => breaks.includes(char));
  const kept = Math.max(-1, ...broken.map((char) => current.lastIndexOf(char))) + 1;
  return value.slice(kept).replaceAll(/[\s"'\\$`&|;<>()*?[\]{}~#!]/g, String.raw`\$&`);
}
