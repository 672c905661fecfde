/** Wide in every terminal: the scripts of East Asia in full width, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /[\p{M}\p{Cf}]/gu;
const ASCII = /^[\x20-\x7e]*$/;

let segmenter: Intl.Segmenter | undefined;

/** What a reader sees as single characters. */
function graphemes(text: string): string[] {
  if (ASCII.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const widthOfGrapheme = (grapheme: string): number =>
  WIDE.test(grapheme) ? 2 : grapheme.replaceAll(INVISIBLE, '') === '' ? 0 : 1;

/** Cells that a printable text takes on a terminal. */
export const textWidth = (text: string): number =>
  ASCII.test(text)
    ? text.length
    : graphemes(text).reduce((sum, grapheme) => sum + widthOfGrapheme(grapheme), 0);

/** The text in at most `width` cells: cut in the middle, where names differ least. `mark` stands for what is left out. */
export function cutInMiddle(text: string, width: number, mark = '…'): string {
  if (textWidth(text) <= width) return text;
  const room = width - mark.length;
  if (room <= 0) return mark.slice(0, Math.max(width, 0));
  const all = graphemes(text);
  const head = taken(all, Math.ceil(room / 2));
  const tail = taken(all.toReversed(), room - textWidth(head.join(''))).toReversed();
  return head.join('') + mark + tail.join('');
}

function taken(all: readonly string[], width: number): string[] {
  const some: string[] = [];
  let used = 0;
  for (const grapheme of all) {
    used += widthOfGrapheme(grapheme);
    if (used > width) break;
    some.push(grapheme);
  }
  return some;
}

/** The text with spaces after it, up to `width` cells. */
export const padEndTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - textWidth(text)));

/** The text with spaces before it, up to `width` cells. */
export const padStartTo = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - textWidth(text))) + text;
