/** Often enough to see that a run lives, seldom enough for a log that is kept. */
export const LINE_EVERY_MS = 30_000;

/** Writes lines now and then where no live display can be: the log of a CI, a file. Returns what stops it. */
export function writePeriodicLines(lines: () => readonly string[], line: (text: string) => void): () => void {
  const timer = setInterval(() => {
    for (const each of lines()) line(each);
  }, LINE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
