import { Store } from '../live/store.ts';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'stagesync-theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** As chosen on this machine; 'system' until then. */
export const theme = new Store<Theme>(remembered());

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((each) => each === kept) ?? 'system';
  } catch {
    // a browser may keep nothing for us
    return 'system';
  }
}

export function choose(chosen: Theme): void {
  show(chosen);
  theme.set(chosen);
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // then it holds until the page is closed
  }
}

function show(chosen: Theme): void {
  const { dataset } = document.documentElement;
  if (chosen === 'system') delete dataset['theme'];
  else dataset['theme'] = chosen;
}

show(theme.value);
