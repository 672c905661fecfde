const BEFORE = 'stagesync:budget:{';

/** The key of a budget, and the channel of its pauses. The braces keep all keys of a budget together. */
export const budgetKey = (name: string): string => `${BEFORE}${name}}`;

/** The name of the budget that has this key. */
export const budgetNameOf = (key: string): string => key.slice(BEFORE.length, -1);

/** A pattern of all such keys. */
export const ALL_BUDGETS = `${BEFORE}*}`;
