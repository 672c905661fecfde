/** One value of one series. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\S+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** The samples of an OpenMetrics text; comments, and lines that are none, are passed over. */
export function samplesIn(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('#')) return [];
    const [, name, labels = '', value] = SAMPLE.exec(line.trim()) ?? [];
    const number = Number(value);
    if (name === undefined || Number.isNaN(number)) return [];
    return [{ name, labels: labelsIn(labels), value: number }];
  });
}

const labelsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from(text.matchAll(LABEL), ([, key = '', value = '']) => [
      key,
      value.replaceAll(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped),
    ]),
  );

/** What a person watches: how busy a workspace is, and how full. */
const MATTERS = /(?:threads_running|queries|cpu|memory|disk|bytes|connections|_up$|credits)/;
/** What a process counts of itself, and what only grows with its age. */
const MATTERS_NOT = /(?:^process_|^go_|uptime|_created$|_bucket$)/;

/** A value for a person: one metric of one workspace, its nodes added up. */
export interface WatchedValue {
  readonly workspace: string;
  readonly metric: string;
  readonly value: number;
  /** Per second, of a counter that was seen before. */
  readonly perSecond: number | undefined;
}

/** The few that matter, by workspace; `before` are the samples of the last look, `seconds` ago. */
export function watchedValues(
  samples: readonly Sample[],
  before: readonly Sample[],
  seconds: number,
): WatchedValue[] {
  const earlier = sums(before);
  return [...sums(samples)].map(([key, { workspace, metric, value }]) => {
    const last = earlier.get(key)?.value;
    const isCounter = metric.endsWith('_total') && last !== undefined && seconds > 0 && value >= last;
    return {
      workspace,
      metric: metric.replace(/^singlestore(?:db)?_(?:cloud_)?/, ''),
      value,
      perSecond: isCounter ? (value - last) / seconds : undefined,
    };
  });
}

function sums(samples: readonly Sample[]) {
  const byKey = new Map<string, { workspace: string; metric: string; value: number }>();
  for (const { name, labels, value } of samples) {
    if (!MATTERS.test(name) || MATTERS_NOT.test(name)) continue;
    const workspace = labels['workspace_name'] ?? '';
    const key = JSON.stringify([workspace, name]);
    const sum = byKey.get(key) ?? { workspace, metric: name, value: 0 };
    sum.value += value;
    byKey.set(key, sum);
  }
  return byKey;
}
