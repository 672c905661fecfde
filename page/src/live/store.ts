import { useEffect, useState } from 'preact/hooks';

/** A value that components follow. */
export class Store<Value> {
  #value: Value;
  readonly #listeners = new Set<(value: Value) => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  subscribe(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The value now; the component is drawn again when it changes. */
export function useStore<Value>(store: Store<Value>): Value {
  const [, drawAgain] = useState<Value>(store.value);
  useEffect(() => {
    // it may have changed since this was drawn
    drawAgain(() => store.value);
    return store.subscribe((value) => drawAgain(() => value));
  }, [store]);
  return store.value;
}
