import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** A list that comes part by part. */
export interface Parts<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly isLoading: boolean;
  readonly problem: string | undefined;
  loadMore(): void;
}

/** Loads the first part at once, and anew when `key` changes; the rows stay until the new ones are there. */
export function useParts<Row>(
  key: string,
  load: (rows: readonly Row[]) => Promise<{ readonly rows: readonly Row[]; readonly more: boolean }>,
): Parts<Row> {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [more, setMore] = useState(false);
  const [isLoading, setLoading] = useState(true);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const asked = useRef(0);
  const fetchAfter = useCallback(
    async (before: readonly Row[]): Promise<void> => {
      const turn = ++asked.current;
      setLoading(true);
      try {
        const part = await load(before);
        if (turn !== asked.current) return;
        setRows([...before, ...part.rows]);
        setMore(part.more);
        setProblem(undefined);
      } catch (error) {
        if (turn === asked.current) setProblem(error instanceof Error ? error.message : String(error));
      } finally {
        if (turn === asked.current) setLoading(false);
      }
    },
    [key],
  );
  useEffect(() => void fetchAfter([]), [fetchAfter]);
  return { rows, more, isLoading, problem, loadMore: () => void fetchAfter(rows) };
}

/** One answer, and anew when `key` changes. */
export function useLoaded<Value>(
  key: string,
  load: () => Promise<Value>,
): { readonly value: Value | undefined; readonly problem: string | undefined } {
  const [value, setValue] = useState<Value | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    let ended = false;
    load().then(
      (loaded) => {
        if (ended) return;
        setValue(() => loaded);
        setProblem(undefined);
      },
      (error: unknown) => {
        if (!ended) setProblem(error instanceof Error ? error.message : String(error));
      },
    );
    return () => {
      ended = true;
    };
  }, [key]);
  return { value, problem };
}
