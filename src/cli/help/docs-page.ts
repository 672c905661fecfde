import { configError } from '../../jobs/usage-errors.ts';
import { messageOf } from '../../model/errors.ts';
import { packagedText } from '../../program/program-files.ts';

/** The text of a page that is shipped with the package; with `section`, the part below that heading. Throws `config`. */
export function docsText({ page, section }: { readonly page: string; readonly section?: string }): string {
  let text: string;
  try {
    text = packagedText(page);
  } catch (error) {
    throw configError(
      `the page ${page} of this installation cannot be read: ${messageOf(error)}; install it again`,
      error,
    );
  }
  return section === undefined ? text : sectionOf(text, section);
}

/** A heading and what is below it, up to the next one of its rank. */
function sectionOf(text: string, section: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === section && line.startsWith('#'));
  const rank = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
  const end = lines.findIndex((line, at) => at > start && /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return lines.slice(start, end === -1 ? undefined : end).join('\n');
}
