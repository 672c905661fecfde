import type { Field, Row } from '../../management/printing/fields.ts';

export const SECRET_FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'lastUpdatedAt', title: 'UPDATED', isListed: true },
  { key: 'lastUpdatedBy', title: 'UPDATED BY' },
  { key: 'createdAt', title: 'CREATED' },
  { key: 'createdBy', title: 'CREATED BY' },
  { key: 'secretID', title: 'ID', isListed: true },
];

/** A secret as it is shown: some keys get its value in every reply. */
export const shownSecret = (secret: Row): Row =>
  Object.fromEntries(Object.entries(secret).filter(([key]) => key !== 'value'));
