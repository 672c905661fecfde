/**
 * The ways an error begins that names its file: 'Stage refused to upload a.csv (status 400)', 'cannot read a.csv: …',
 * 'Look at a.csv failed: …', 'a.csv changed since …'. Nothing else is touched: a file may be called 'a' or 'it'.
 */
const REFUSED = /^(?:Stage refused to|cannot|Cannot) [a-z]+(?: at)? /;
const CALLED = /^[A-Z][a-z]+(?: at)? /;

/** Takes a path out of messages that are printed beside it, where they name it again. */
export class BesidePath {
  #roots: readonly string[] = [];

  /** Errors name files from the top of a Stage or bucket: both labels as events have them, 'stage://local/data/'. */
  startsFrom(...labels: readonly string[]): void {
    this.#roots = labels.map((label) => /^[a-z0-9]+:\/\/[^/]*\/(.+)$/s.exec(label)?.[1] ?? '');
  }

  /** `path` is relative to both ends and, like the message, printable. */
  message(path: string, message: string): string {
    if (path === '') return message;
    for (const root of [...this.#roots, '']) {
      const shorter = without(root + path, message);
      if (shorter !== undefined) return shorter;
    }
    return message;
  }
}

/** `what` is an action on one path: 'upload data/a.csv'. */
export const besideAction = (what: string, message: string): string =>
  without(what.replace(/^[a-z]+ (?:at |folder )?/, ''), message) ?? message;

function without(name: string, message: string): string | undefined {
  if (message.startsWith(`${name} `)) return message.slice(name.length + 1);
  for (const form of [REFUSED, CALLED]) {
    const lead = form.exec(message)?.[0];
    if (lead === undefined || !message.startsWith(name, lead.length)) continue;
    const rest = message.slice(lead.length + name.length);
    const instead = form === REFUSED || lead.endsWith(' at ') ? ' it' : '';
    // or it is only the beginning of a longer name
    if (/^(?: |: |$)/.test(rest)) return `${lead.trimEnd()}${instead}${rest}`;
  }
  return undefined;
}
